import type { Ladder } from '../../trainer/protocol/ladder.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

/** Of what pictures are taken, and where they go. */
export interface PictureOptions {
  workspaceFolder: string;
  ladder: Ladder;
  /** The last stage of the ladder that was evaluated. */
  last: Run;
  /** Names of those to take; all where it is left out. */
  only: readonly string[] | undefined;
  save: (name: string, png: Buffer) => Promise<void>;
}
