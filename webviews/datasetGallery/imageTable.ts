import {
  imageColumns,
  problemBits,
  type Decision,
  type ImageColumn,
  type ScannedContent,
} from '../protocol/datasetGallery.ts';
import { unpackNumbers } from '../protocol/packedNumbers.ts';

/** The images of a scan as columns, with what people decided of them. */
export interface ImageTable {
  readonly length: number;
  readonly files: readonly string[];
  /** Those of the scan, then those that only decisions name. */
  readonly classes: readonly string[];
  /** `label` is the one that holds: what people decided, else the scan's. −1 is no class. */
  column(name: ImageColumn): Int32Array;
  decisionOf(index: number): Decision | undefined;
  /** Images that take part: all but the excluded. */
  readonly taking: number;
}

/** Images in the order in which they stand in another list; those that are not in it come last. Pure. */
export function byRank(images: readonly number[], order: Int32Array): number[] {
  const rank = new Map<number, number>();
  order.forEach((index, at) => rank.set(index, at));
  const place = (index: number) => rank.get(index) ?? order.length;
  return [...images].sort((a, b) => place(a) - place(b));
}

/** Unpacks what travelled as text; nothing is decided of it yet. */
export function imageTable(content: Pick<ScannedContent, 'files' | 'columns' | 'images' | 'classes'>): ImageTable {
  const columns = new Map(imageColumns.map((name) => [name, unpackNumbers(content.columns[name])]));
  const none = new Int32Array(0);
  return {
    length: content.images,
    files: content.images === 0 ? [] : content.files.split('\0'),
    classes: content.classes,
    column: (name) => columns.get(name) ?? none,
    decisionOf: () => undefined,
    taking: content.images,
  };
}

/** The images of a scan as people decided them. Pure; the scan's table stays as it is. */
export function decidedTable(scanned: ImageTable, decisions: readonly Decision[]): ImageTable {
  if (decisions.length === 0) return scanned;
  const byFile = new Map(decisions.map((decision) => [decision.file, decision]));
  const byIndex = new Map<number, Decision>();
  const classes = [...scanned.classes];
  const classOf = new Map(classes.map((name, index) => [name, index]));
  const label = Int32Array.from(scanned.column('label'));
  let taking = scanned.length;
  scanned.files.forEach((file, index) => {
    const decision = byFile.get(file);
    if (!decision) return;
    byIndex.set(index, decision);
    if (decision.excluded) taking--;
    if (decision.label === null) return;
    if (!classOf.has(decision.label)) classOf.set(decision.label, classes.push(decision.label) - 1);
    label[index] = classOf.get(decision.label) ?? -1;
  });
  return {
    ...scanned,
    classes,
    column: (name) => (name === 'label' ? label : scanned.column(name)),
    decisionOf: (index) => byIndex.get(index),
    taking,
  };
}

/** Name of the class that an image is of, as people decided it. */
export function classOf(table: ImageTable, index: number): string {
  return table.classes[table.column('label')[index] ?? -1] ?? '';
}

/** The side that counts when images are too small for a stage, in pixels. */
function shorterSide(table: ImageTable, index: number): number {
  return Math.min(table.column('width')[index] ?? 0, table.column('height')[index] ?? 0);
}

/** Images that take part, a class. Pure. */
export function classCounts(table: ImageTable): { name: string; images: number }[] {
  const found = table.classes.map((name) => ({ name, images: 0 }));
  table.column('label').forEach((label, index) => {
    const one = found[label];
    if (one && table.decisionOf(index)?.excluded !== true) one.images++;
  });
  return found;
}

/** For each size how many images that take part are smaller. Pure. */
export function smallerThan(table: ImageTable, sizes: readonly number[]): number[] {
  const counts = sizes.map(() => 0);
  for (let index = 0; index < table.length; index++) {
    if (table.decisionOf(index)?.excluded === true) continue;
    const side = shorterSide(table, index);
    sizes.forEach((size, at) => {
      if (side < size) counts[at] = (counts[at] ?? 0) + 1;
    });
  }
  return counts;
}

/** Whether the newest model is right: null where it was not asked of this image. */
export function verdictOf(table: ImageTable, index: number): 'right' | 'wrong' | null {
  const predicted = table.column('predicted')[index] ?? -1;
  if (predicted === -1) return null;
  return predicted === table.column('label')[index] ? 'right' : 'wrong';
}

/** What a reader narrows the gallery to; null and '' narrow nothing. */
export interface GalleryFilter {
  className: string | null;
  split: 'train' | 'validation' | 'test' | null;
  problem: 'duplicate' | 'nearDuplicate' | 'placeholder' | 'grey' | 'excluded' | 'relabelled' | null;
  /** Pixels of the shorter side: from, and less than. */
  side: { from: number; under: number | null } | null;
  verdict: 'right' | 'wrong' | null;
  predicted: string | null;
  confidence: 'low' | 'middle' | 'high' | null;
  search: string;
  sort: 'name' | 'class' | 'smallest' | 'largest' | 'suspicious' | 'confidence';
}

export const noFilter: GalleryFilter = {
  className: null,
  split: null,
  problem: null,
  side: null,
  verdict: null,
  predicted: null,
  confidence: null,
  search: '',
  sort: 'name',
};

const splits = ['train', 'validation', 'test'];

/** Confidence in thousandths of each band: from, and less than. */
export const confidenceBands = { low: [0, 500], middle: [500, 900], high: [900, 1001] } as const;

/**
 * Indexes of the images that a filter lets through, in its order. `only` are files chosen elsewhere. Pure; 100,000 images take
 * some milliseconds.
 */
export function filteredImages(table: ImageTable, filter: GalleryFilter, only: ReadonlySet<string> | null): number[] {
  const [label, split, problems, predicted, confidence] = [
    table.column('label'),
    table.column('split'),
    table.column('problems'),
    table.column('predicted'),
    table.column('confidence'),
  ];
  const classIndex = filter.className === null ? null : table.classes.indexOf(filter.className);
  const predictedIndex = filter.predicted === null ? null : table.classes.indexOf(filter.predicted);
  const splitIndex = filter.split === null ? null : splits.indexOf(filter.split);
  const search = filter.search.trim().toLowerCase();
  const { problem, side } = filter;
  const bit = problem === null || problem === 'excluded' || problem === 'relabelled' ? 0 : problemBits[problem];
  const band = filter.confidence && confidenceBands[filter.confidence];
  const found: number[] = [];
  for (let index = 0; index < table.length; index++) {
    const file = table.files[index] ?? '';
    if (only && !only.has(file)) continue;
    if (splitIndex !== null && split[index] !== splitIndex) continue;
    if (bit !== 0 && ((problems[index] ?? 0) & bit) === 0) continue;
    if (predictedIndex !== null && predicted[index] !== predictedIndex) continue;
    if (filter.verdict !== null && verdictOf(table, index) !== filter.verdict) continue;
    if (band) {
      const sure = predicted[index] === -1 ? -1 : (confidence[index] ?? -1);
      if (sure < band[0] || sure >= band[1]) continue;
    }
    if (side) {
      const pixels = shorterSide(table, index);
      if (pixels < side.from || (side.under !== null && pixels >= side.under)) continue;
    }
    if (problem === 'excluded' && table.decisionOf(index)?.excluded !== true) continue;
    if (problem === 'relabelled' && table.decisionOf(index)?.label == null) continue;
    if (classIndex !== null && label[index] !== classIndex) continue;
    if (search !== '' && !file.toLowerCase().includes(search)) continue;
    found.push(index);
  }
  return filter.sort === 'name' ? found : found.sort(comparer(table, filter.sort));
}

function comparer(table: ImageTable, sort: GalleryFilter['sort']): (a: number, b: number) => number {
  const [width, height, confidence, label] = [
    table.column('width'),
    table.column('height'),
    table.column('confidence'),
    table.column('label'),
  ];
  const pixels = (index: number) => (width[index] ?? 0) * (height[index] ?? 0);
  const sure = (index: number) => (verdictOf(table, index) === null ? -1 : (confidence[index] ?? 0));
  // Confident disagreement first: what the model contradicts most surely is most likely mislabelled. Nothing is left to decide of
  // an excluded image.
  const suspicion = (index: number) => {
    if (table.decisionOf(index)?.excluded === true) return Number.NEGATIVE_INFINITY;
    return verdictOf(table, index) === 'wrong' ? sure(index) : -1 - Math.max(0, sure(index));
  };
  switch (sort) {
    case 'name':
      return (a, b) => a - b;
    case 'class':
      return (a, b) => (label[a] ?? 0) - (label[b] ?? 0) || a - b;
    case 'smallest':
      return (a, b) => pixels(a) - pixels(b) || a - b;
    case 'largest':
      return (a, b) => pixels(b) - pixels(a) || a - b;
    case 'confidence':
      return (a, b) => sure(b) - sure(a) || a - b;
    case 'suspicious':
      return (a, b) => (suspicion(a) === suspicion(b) ? a - b : suspicion(b) - suspicion(a));
  }
}
