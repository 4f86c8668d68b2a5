import { randomAt, shuffle } from '../protocol/random.ts';

/** What decides the order of one epoch. */
export interface EpochOrderOptions {
  seed: number;
  /** From 0. */
  epoch: number;
  /** Image indices to draw from, usually the training ones. */
  indices: Uint32Array;
  /** Class index of each image, by image index. */
  labels: ArrayLike<number>;
  /** `undersample` draws as many images of each class as the rarest has, anew in each epoch. */
  classWeight: 'none' | 'balanced' | 'undersample';
}

/** The images of one epoch in the order in which they are trained on: a function of (seed, epoch) alone. */
export function epochOrder({ seed, epoch, indices, labels, classWeight }: EpochOrderOptions): Uint32Array {
  const order = classWeight === 'undersample' ? undersample(indices, labels, seed, epoch) : indices.slice();
  return shuffle(order, randomAt(seed, 'shuffle', epoch));
}

/** How many images an epoch has: all of them, or with `undersample` the rarest class' count of each class. */
export function epochLength({ indices, labels, classWeight }: Omit<EpochOrderOptions, 'seed' | 'epoch'>): number {
  if (classWeight !== 'undersample') return indices.length;
  const byClass = groupByClass(indices, labels);
  return byClass.size * smallest(byClass);
}

function groupByClass(indices: Uint32Array, labels: ArrayLike<number>): Map<number, number[]> {
  const byClass = new Map<number, number[]>();
  for (const index of indices) {
    const label = labels[index] ?? 0;
    const members = byClass.get(label);
    if (members) members.push(index);
    else byClass.set(label, [index]);
  }
  return byClass;
}

function smallest(byClass: Map<number, number[]>): number {
  let count = Infinity;
  for (const members of byClass.values()) count = Math.min(count, members.length);
  return byClass.size > 0 ? count : 0;
}

function undersample(indices: Uint32Array, labels: ArrayLike<number>, seed: number, epoch: number): Uint32Array {
  const byClass = groupByClass(indices, labels);
  const count = smallest(byClass);
  const drawn: number[] = [];
  for (const label of [...byClass.keys()].sort((a, b) => a - b)) {
    const members = byClass.get(label) ?? [];
    // Drawn by class: classes of the same size must not be drawn in step with one another.
    shuffle(members, randomAt(seed, 'undersample', epoch, 0, label));
    drawn.push(...members.slice(0, count));
  }
  return Uint32Array.from(drawn);
}
