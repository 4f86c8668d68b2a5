/** A label that wants to stand at a place of the axis, in pixels. */
export interface WantedLabel {
  at: number;
  width: number;
  /** The greater chooses first. */
  weight: number;
}

/** Where a label stands: its left edge in pixels, and in which row, counted from the axis. */
export interface PlacedLabel {
  left: number;
  row: number;
}

/** Room beside a label. */
const gapPixels = 4;

/**
 * Finds each label a place on which no other stands: its middle as near to where it belongs as the edges allow, in the first row that
 * is free there. Null for one that no row has room for: its line stands without a name, which the tooltip says.
 */
export function placeLabels(
  labels: readonly WantedLabel[],
  { left, right, rows }: { left: number; right: number; rows: number },
): (PlacedLabel | null)[] {
  const placed = labels.map((): PlacedLabel | null => null);
  const taken = Array.from({ length: rows }, (): { from: number; to: number }[] => []);
  const order = labels.map((_, index) => index).sort((a, b) => weightOf(labels, b) - weightOf(labels, a));
  for (const index of order) {
    const label = labels[index];
    if (!label || label.at < left || label.at > right || label.width > right - left) continue;
    const from = Math.min(Math.max(label.at - label.width / 2, left), right - label.width);
    const to = from + label.width;
    const row = taken.findIndex((others) =>
      others.every((other) => to + gapPixels <= other.from || from >= other.to + gapPixels),
    );
    if (row === -1) continue;
    taken[row]?.push({ from, to });
    placed[index] = { left: from, row };
  }
  return placed;
}

function weightOf(labels: readonly WantedLabel[], index: number): number {
  return labels[index]?.weight ?? 0;
}

/** The longest of the texts, which stand longest first, that fits into so many pixels; none where even the shortest does not. */
export function fittingText(
  texts: readonly string[],
  pixels: number,
  widthOf: (text: string) => number,
): string | null {
  return texts.find((text) => widthOf(text) <= pixels) ?? null;
}
