import * as z from 'zod';
import { probeReport, type ProbeReport } from '../../trainer/protocol/probeReport.ts';
import { TrainerError } from './trainerError.ts';

/** What the trainer printed with `--json`, by its schema. Throws a TrainerError that says what came instead. */
export function parseAnswer<T>(schema: z.ZodType<T>, text: string, command: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const start = text.trim().slice(0, 120);
    throw new TrainerError(
      'nonsense',
      `"upsize ${command}" did not answer with JSON${start === '' ? ' but with nothing' : `: ${start}`}`,
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TrainerError(
    'nonsense',
    `"upsize ${command}" answered something else than this extension understands (${z.prettifyError(parsed.error)}). Are extension and trainer of one version?`,
  );
}

/** What `upsize engine probe` printed. */
export function parseProbeReport(text: string): ProbeReport {
  return parseAnswer(probeReport, text, 'engine probe');
}
