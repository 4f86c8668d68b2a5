import type { Config, EffectiveConfig } from '../protocol/config.ts';
import type { Run } from '../protocol/runSummary.ts';
import { resolveStage } from '../stages/resolveStage.ts';
import { CommandError, exitCodes } from './commandContext.ts';

/**
 * Refuses a config whose stages cannot be grown one from the other, before the first of them trains: the message names the
 * stage, and the sizes or settings that can follow.
 */
export async function checkStages(config: Config, configFile: string): Promise<void> {
  // Loaded here only: it brings tfjs along, which most commands never need.
  const { checkLadder } = await import('../model/checkLadder.ts');
  let parent: EffectiveConfig | null = null;
  const stages = config.stages.map((_, stageIndex) => {
    parent = resolveStage(config, configFile, { stageIndex, parent });
    return { size: parent.stage.size, extend: parent.stage.extend };
  });
  try {
    checkLadder(config.model, stages);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${configFile}: ${reason}`, exitCodes.usage, { cause: error });
  }
}

/**
 * Refuses a stage whose size cannot be joined to its parent's model, before there is a run of it: the message names the sizes
 * that can be joined.
 */
export async function checkJoin(parent: Run, effective: EffectiveConfig): Promise<void> {
  const { refuseGraft } = await import('../stages/checkGraft.ts');
  const refusal = refuseGraft(parent, effective);
  if (refusal) throw new CommandError(refusal.message, exitCodes.usage);
}
