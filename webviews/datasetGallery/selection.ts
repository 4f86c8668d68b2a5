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
