/** Which tiles are selected, by their position in the grid, as the Explorer selects. */
export interface Selection {
  /** Positions that are selected. */
  chosen: ReadonlySet<number>;
  /** Where the keyboard is; −1 in an empty grid. */
  focus: number;
  /** Where a range began. */
  anchor: number;
}

export const nothingSelected: Selection = { chosen: new Set(), focus: 0, anchor: 0 };

/** What a pointer or a key did. */
export interface Gesture {
  kind: 'click' | 'move';
  to: number;
  /** Shift: the range from the anchor. */
  range: boolean;
  /** Ctrl or ⌘: adds or takes away (click), or moves the focus alone (keys). */
  toggle: boolean;
}

/** All positions from one to another, whichever is first. */
export function rangeOf(from: number, to: number): Set<number> {
  const [low, high] = from < to ? [from, to] : [to, from];
  return new Set(Array.from({ length: high - low + 1 }, (_, at) => low + at));
}

/** The selection after a gesture. Pure. */
export function select(before: Selection, { kind, to, range, toggle }: Gesture): Selection {
  if (range) {
    const chosen = rangeOf(before.anchor, to);
    return { chosen: toggle ? new Set([...before.chosen, ...chosen]) : chosen, focus: to, anchor: before.anchor };
  }
  if (toggle) {
    if (kind === 'move') return { ...before, focus: to };
    const chosen = new Set(before.chosen);
    if (!chosen.delete(to)) chosen.add(to);
    return { chosen, focus: to, anchor: to };
  }
  return { chosen: new Set([to]), focus: to, anchor: to };
}

/** Where an arrow, Home, End or a page key leads from a position; null for other keys. */
export function keyTarget(key: string, from: number, count: number, columns: number, page: number): number | null {
  const step = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: page * columns,
    PageUp: -page * columns,
    Home: -from,
    End: count - 1 - from,
  }[key];
  if (step === undefined || count === 0) return null;
  return Math.min(count - 1, Math.max(0, from + step));
}

/** A selection as it is saved: ranges from the first to the last position of each. */
export interface PackedSelection {
  ranges: [from: number, to: number][];
  focus: number;
  anchor: number;
}

export const nothingPacked: PackedSelection = { ranges: [], focus: 0, anchor: 0 };

/** Packs a selection, all of a large data set into one range. Pure. */
export function packed({ chosen, focus, anchor }: Selection): PackedSelection {
  const ranges: PackedSelection['ranges'] = [];
  for (const position of [...chosen].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === position - 1) last[1] = position;
    else ranges.push([position, position]);
  }
  return { ranges, focus, anchor };
}

/** The selection that was packed, as far as it lies within `count` images. Pure. */
export function unpacked({ ranges, focus, anchor }: PackedSelection, count: number): Selection {
  const chosen = new Set<number>();
  const last = count - 1;
  for (const [from, to] of ranges) {
    for (let position = Math.max(0, from); position <= Math.min(to, last); position++) chosen.add(position);
  }
  const within = (position: number) => Math.min(Math.max(0, position), Math.max(0, last));
  return { chosen, focus: within(focus), anchor: within(anchor) };
}

/**
 * The selection of the same images where they stand now, when images came or went: what is gone is selected no longer, so that
 * nothing else takes its place. `before` and `after` are the images by position. Pure.
 */
export function followed(selection: Selection, before: readonly number[], after: readonly number[]): Selection {
  const places = new Map<number, number>();
  after.forEach((image, position) => places.set(image, position));
  const chosen = new Set<number>();
  for (const position of selection.chosen) {
    const place = places.get(before[position] ?? -1);
    if (place !== undefined) chosen.add(place);
  }
  const placeOf = (position: number) =>
    places.get(before[position] ?? -1) ?? Math.min(position, Math.max(0, after.length - 1));
  return { chosen, focus: placeOf(selection.focus), anchor: placeOf(selection.anchor) };
}
