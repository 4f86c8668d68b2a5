/** A stretch of an axis. */
export interface Stretch {
  from: number;
  to: number;
}

/** The part of the axis that is shown; null is all of it. */
export type Range = Stretch | null;

/** As a range of the whole axis: null where it is all of it. */
export function rangeOf(whole: Stretch, shown: Stretch): Range {
  return shown.from <= whole.from && shown.to >= whole.to ? null : shown;
}

/** A range `factor` times as wide around a place, within the whole axis. */
export function zoomed(whole: Stretch, range: Range, factor: number, around: number | null): Range {
  const shown = range ?? whole;
  const half = ((shown.to - shown.from) * factor) / 2;
  const middle = around ?? (shown.from + shown.to) / 2;
  return rangeOf(whole, { from: Math.max(whole.from, middle - half), to: Math.min(whole.to, middle + half) });
}

/** A range moved by a share of its width, as far as the axis goes. */
export function panned(whole: Stretch, range: Range, share: number): Range {
  if (range === null) return null;
  const width = range.to - range.from;
  const from = Math.min(Math.max(range.from + width * share, whole.from), Math.max(whole.from, whole.to - width));
  return rangeOf(whole, { from, to: from + width });
}
