import { points } from './numberFormats.ts';
import { valAccuracyOf, type Run, type RunSummary } from './runSummary.ts';

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
export function gainOver(run: Pick<Run, 'manifest' | 'summary'>, parent: Pick<Run, 'summary'> | undefined): Gain {
  const { summary, manifest } = run;
  if (manifest.parentId === null) return { gain: null, otherImages: false };
  const shared = summary.evaluated.validation?.sharedWithParent;
  if (shared) return { gain: shared.accuracy - shared.parentAccuracy, otherImages: true };
  if (parent && !sameValidation(summary, parent.summary)) return { gain: null, otherImages: true };
  const own = valAccuracyOf(summary);
  const before = parent ? valAccuracyOf(parent.summary) : (summary.model?.parentValAccuracy ?? null);
  return { gain: own === null || before === null ? null : own - before, otherImages: false };
}

/** A gain for a table: `+6.2 pt`, or why there is no figure where the parent was scored on none of the same images. */
export function gainText({ gain, otherImages }: Gain): string {
  return gain === null && otherImages ? 'other images' : points(gain);
}

/** Whether two runs have the same images on the same sides, with the same labels, as far as they are known yet. */
export function sameValidation({ prepared: one }: RunSummary, { prepared: other }: RunSummary): boolean {
  if (one === null || other === null) return true;
  return one.splitHash === other.splitHash && one.labelsHash === other.labelsHash;
}
