/** How the cells of a confusion matrix are counted. */
export type Normalization = 'counts' | 'rows' | 'columns';
/** In which order its classes stand. */
export type ClassOrder = 'name' | 'size' | 'confusion';

type Matrix = readonly (readonly number[])[];

function cell(matrix: Matrix, row: number, column: number): number {
  return matrix[row]?.[column] ?? 0;
}

/** Sum of each row: how many images truly are of each class. */
export function rowSums(matrix: Matrix): number[] {
  return matrix.map((row) => row.reduce((sum, value) => sum + value, 0));
}

/** Sum of each column: how many images were called each class. */
export function columnSums(matrix: Matrix): number[] {
  return matrix.map((_, column) => matrix.reduce((sum, row) => sum + (row[column] ?? 0), 0));
}

/** Shares of the row or of the column, as scikit-learn's `normalize='true'` and `'pred'`; an empty one gives zeros. */
export function normalized(matrix: Matrix, how: Normalization): number[][] {
  if (how === 'counts') return matrix.map((row) => [...row]);
  const sums = how === 'rows' ? rowSums(matrix) : columnSums(matrix);
  return matrix.map((row, at) =>
    row.map((value, column) => {
      const sum = sums[how === 'rows' ? at : column] ?? 0;
      return sum === 0 ? 0 : value / sum;
    }),
  );
}

/** Indexes of the classes in an order: by name, largest class first, or the class that is mistaken most first. */
export function classOrder(names: readonly string[], matrix: Matrix, order: ClassOrder): number[] {
  const indexes = names.map((_, index) => index);
  const sums = rowSums(matrix);
  const wrong = (index: number) => {
    const sum = sums[index] ?? 0;
    return sum === 0 ? 0 : 1 - cell(matrix, index, index) / sum;
  };
  const byName = (a: number, b: number) => (names[a] ?? '').localeCompare(names[b] ?? '');
  switch (order) {
    case 'name':
      return indexes.sort(byName);
    case 'size':
      return indexes.sort((a, b) => (sums[b] ?? 0) - (sums[a] ?? 0) || byName(a, b));
    case 'confusion':
      return indexes.sort((a, b) => wrong(b) - wrong(a) || byName(a, b));
  }
}

/** A mistake that is made again and again. */
export interface Pair {
  trueClass: number;
  predictedClass: number;
  count: number;
  /** Of the images of the true class. */
  share: number;
}

/** The mistakes that cost most images, worst first. */
export function worstPairs(matrix: Matrix, most: number): Pair[] {
  const sums = rowSums(matrix);
  const pairs = matrix.flatMap((row, trueClass) =>
    row.flatMap((count, predictedClass): Pair[] =>
      count > 0 && predictedClass !== trueClass
        ? [{ trueClass, predictedClass, count, share: count / (sums[trueClass] ?? 1) }]
        : [],
    ),
  );
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, most);
}

/** Expected calibration error: mean distance of confidence and accuracy over the bins, weighed by their images. */
export function calibrationError(bins: readonly { count: number; confidence: number; accuracy: number }[]): number {
  const images = bins.reduce((sum, bin) => sum + bin.count, 0);
  if (images === 0) return 0;
  return bins.reduce((sum, bin) => sum + (bin.count / images) * Math.abs(bin.confidence - bin.accuracy), 0);
}
