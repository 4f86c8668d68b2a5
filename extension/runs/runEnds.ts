import { isLive, type RunState } from '../../trainer/protocol/runState.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

/** Notices which runs end from one look to the next; what had ended before the first look is not news. */
export class RunEnds {
  readonly #before = new Map<string, RunState>();

  look(runs: readonly Run[]): Run[] {
    return runs.filter((run) => {
      const was = this.#before.get(run.id);
      this.#before.set(run.id, run.state);
      return was !== undefined && isLive(was) && !isLive(run.state);
    });
  }
}
