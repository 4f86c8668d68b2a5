import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { StageChanges, TrainRequest } from './trainArguments.ts';

/** What to ask for to train a stage once more as a run was trained, one-off changes and all: from the same parent. */
export function requestLike({ manifest: { parentId, config } }: Run): TrainRequest {
  const { stageIndex, stage } = config;
  const { epochs, learningRate, batchSize } = stage.training;
  const changes: StageChanges = {
    ...(stageIndex === null ? { size: stage.size } : {}),
    epochs,
    learningRate,
    batchSize,
    ...(parentId === null && !Array.isArray(stage.freeze) ? {} : { freeze: stage.freeze }),
    ...(stage.extend === null ? {} : { extend: stage.extend }),
    seed: config.seed,
    ...(config.engine === 'auto' ? {} : { engine: config.engine }),
  };
  if (parentId === null) {
    const what =
      stageIndex === null || stageIndex === 0 ? 'newLadder' : { stage: stageIndex, newLadder: true as const };
    return { what, changes };
  }
  return { what: stageIndex === null ? 'next' : { stage: stageIndex }, from: parentId, changes };
}
