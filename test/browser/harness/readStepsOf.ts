import { EventReader } from '../../../trainer/protocol/eventReader.ts';
import type { PredictorParams, PredictorResult } from '../../../trainer/protocol/predictor.ts';

/** Reads step metrics straight from a run's log and reduces them, as the predictor does from its pyramid. */
export function readStepsOf(runFolder: string, params: PredictorParams<'readSteps'>): PredictorResult<'readSteps'> {
  const values: number[] = [];
  for (const event of new EventReader(runFolder).read().events) {
    if (event.type === 'steps') event[params.metric].forEach((value, at) => (values[event.from + at] = value));
  }
  const end = Math.min(params.to, values.length);
  const each = Math.max(1, Math.ceil((end - params.from) / params.points));
  const result: PredictorResult<'readSteps'> = {
    step: [],
    min: [],
    max: [],
    mean: [],
    count: Math.max(0, end - params.from),
  };
  for (let at = params.from; at < end; at += each) {
    const bucket = values.slice(at, Math.min(end, at + each));
    result.step.push(at);
    result.min.push(Math.min(...bucket));
    result.max.push(Math.max(...bucket));
    result.mean.push(bucket.reduce((sum, value) => sum + value, 0) / bucket.length);
  }
  return result;
}
