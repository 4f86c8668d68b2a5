import {
  imageColumns,
  problemBits,
  type Decision,
  type ImageColumn,
  type ScannedContent,
} from '../protocol/datasetGallery.ts';

/** The images of a scan as columns, with what people decided of them. */
export interface ImageTable {
  readonly length: number;
  readonly files: readonly string[];
  readonly classes: readonly string[];
  column(name: ImageColumn): Int32Array;
}

/** Int32 numbers out of base64. */
export function indexesOf(base64: string): Int32Array {
  return new Int32Array(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)).buffer);
}

/** Images in the order in which they stand in another list; those that are not in it come last. Pure. */
export function byRank(images: readonly number[], order: Int32Array): number[] {
  const rank = new Map<number, number>();
  order.forEach((index, at) => rank.set(index, at));
  const place = (index: number) => rank.get(index) ?? order.length;
  return [...images].sort((a, b) => place(a) - place(b));
}

/** Unpacks what travelled as text. */
export function imageTable(content: Pick<ScannedContent, 'files' | 'columns' | 'images' | 'classes'>): ImageTable {
  const { buffer } = indexesOf(content.columns);
  const columns = new Map(
    imageColumns.map((name, at) => [name, new Int32Array(buffer, at * content.images * 4, content.images)]),
  );
  const none = new Int32Array(0);
  return {
    length: content.images,
    files: content.images === 0 ? [] : content.files.split('\0'),
    classes: content.classes,
    column: (name) => columns.get(name) ?? none,
  };
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
  problem: 'duplicate' | 'nearDuplicate' | 'placeholder' | 'grey' | 'excluded' | 'relabelled' | 'tooSmall' | null;
  verdict: 'right' | 'wrong' | null;
  predicted: string | null;
  search: string;
  sort: 'name' | 'class' | 'smallest' | 'largest' | 'suspicious' | 'confidence';
}

export const noFilter: GalleryFilter = {
  className: null,
  split: null,
  problem: null,
  verdict: null,
  predicted: null,
  search: '',
  sort: 'name',
};

const splits = ['train', 'validation', 'test'];

/**
 * Indexes of the images that a filter lets through, in its order. `only` are files chosen elsewhere; `largestSize` is the
 * largest stage size. Pure; 100,000 images take some milliseconds.
 */
export function filteredImages(
  table: ImageTable,
  filter: GalleryFilter,
  decisions: ReadonlyMap<string, Decision>,
  only: ReadonlySet<string> | null,
  largestSize: number,
): number[] {
  const [label, split, problems, predicted] = [
    table.column('label'),
    table.column('split'),
    table.column('problems'),
    table.column('predicted'),
  ];
  const [width, height] = [table.column('width'), table.column('height')];
  const classIndex = filter.className === null ? null : table.classes.indexOf(filter.className);
  const predictedIndex = filter.predicted === null ? null : table.classes.indexOf(filter.predicted);
  const splitIndex = filter.split === null ? null : splits.indexOf(filter.split);
  const search = filter.search.trim().toLowerCase();
  const bit =
    filter.problem !== null && filter.problem in problemBits
      ? problemBits[filter.problem as keyof typeof problemBits]
      : 0;
  const found: number[] = [];
  for (let index = 0; index < table.length; index++) {
    const file = table.files[index] ?? '';
    if (only && !only.has(file)) continue;
    if (splitIndex !== null && split[index] !== splitIndex) continue;
    if (bit !== 0 && ((problems[index] ?? 0) & bit) === 0) continue;
    if (predictedIndex !== null && predicted[index] !== predictedIndex) continue;
    if (filter.verdict !== null && verdictOf(table, index) !== filter.verdict) continue;
    if (filter.problem === 'tooSmall' && Math.min(width[index] ?? 0, height[index] ?? 0) >= largestSize) continue;
    const decision = decisions.get(file);
    if (filter.problem === 'excluded' && decision?.excluded !== true) continue;
    if (filter.problem === 'relabelled' && decision?.label == null) continue;
    if (classIndex !== null && (decision?.label ?? table.classes[label[index] ?? -1]) !== filter.className) continue;
    if (search !== '' && !file.toLowerCase().includes(search)) continue;
    found.push(index);
  }
  return found.sort(comparer(table, filter.sort));
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
  // Confident disagreement first: what the model contradicts most surely is most likely mislabelled.
  const suspicion = (index: number) =>
    verdictOf(table, index) === 'wrong' ? sure(index) : -1 - Math.max(0, sure(index));
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
      return (a, b) => suspicion(b) - suspicion(a) || a - b;
  }
}
