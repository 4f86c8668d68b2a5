import { points } from './numberFormats.ts';
import type { RunOverview } from './runOverview.ts';
import type { Run } from './runSummary.ts';

/** What a stage added to its parent's val_accuracy, in shares of 1, and why there is no figure where there is none. */
export interface Gain {
  /** Null for a first stage, before the first epoch, and where the two have not been compared on the same images. */
  gain: number | null;
  /** Whether the parent was scored on other images or labels; then a gain is of the images that both share. */
  otherImages: boolean;
}

/**
 * The gain of a run over its parent, from the same validation images and labels only: where the split or the labels changed in
 * between, it is that of the images both share, which the run records when it is evaluated. `parent` is undefined where it is
 * gone; then what the run recorded of it counts.
 */
export function gainOver({ overview }: Pick<Run, 'overview'>, parent: Pick<Run, 'overview'> | undefined): Gain {
  if (overview.parentId === null) return { gain: null, otherImages: false };
  if (overview.sharedGain !== null) return { gain: overview.sharedGain, otherImages: true };
  if (parent && !sameValidation(overview, parent.overview)) return { gain: null, otherImages: true };
  const own = overview.valAccuracy;
  const before = parent ? parent.overview.valAccuracy : overview.parentValAccuracy;
  return { gain: own === null || before === null ? null : own - before, otherImages: false };
}

/** A gain for a table: `+6.2 pt`, or why there is no figure where the parent was scored on none of the same images. */
export function gainText({ gain, otherImages }: Gain): string {
  return gain === null && otherImages ? 'other images' : points(gain);
}

/** Whether two runs have the same images on the same sides, with the same labels, as far as they are known yet. */
function sameValidation(one: RunOverview, other: RunOverview): boolean {
  if (one.splitHash === null || other.splitHash === null) return true;
  return one.splitHash === other.splitHash && one.labelsHash === other.labelsHash;
}
