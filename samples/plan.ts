import { Draws } from './draws.ts';
import type { FruitKind } from './fruit.ts';
import { fruitKinds } from './fruitKinds.ts';

/** What is wrong with a picture, if anything. Real folders of photos have all of these. */
export type Flaw = 'none' | 'wrongLabel' | 'placeholder' | 'nearDuplicate';

/** One picture to be made. Everything about it is settled here, so that it can be painted on any thread in any order. */
export interface PicturePlan {
  /** Its path below the sample's directory, with `/`: `photos/<label>/IMG_0001.jpg`. */
  readonly path: string;
  /** The class folder it lies in. */
  readonly label: string;
  /** What it shows; differs from the label where that is wrong. */
  readonly shows: string;
  readonly flaw: Flaw;
  readonly scene: number;
  readonly width: number;
  readonly height: number;
  readonly format: 'jpg' | 'png' | 'webp';
  /** Of a lossy format, 1 to 100. */
  readonly quality: number;
  readonly grey: boolean;
  /** Of a near-duplicate: the picture that it was made from, and what was done to it. */
  readonly copyOf?: {
    readonly path: string;
    readonly cropped: number;
    readonly brightness: number;
    readonly resized: number;
  };
}

/** Shares of all pictures. */
const wrongLabelShare = 0.025;
const placeholderShare = 0.012;
const nearDuplicateShare = 0.05;
const greyShare = 0.04;
/**
 * Edges in pixels (geometric mean of width and height), log-normal: small pictures as search engines keep them, whose mode is the peak
 * of the whole density, and larger photographs, without which 192 pixels would have nothing to show.
 */
const smallEdges = { median: 135, spread: 0.3 };
const largeEdges = { median: 310, spread: 0.38 };
const largeShare = 0.55;
const smallestEdge = 40;
const largestEdge = 400;

/** The whole sample, picture by picture, in the order of the paths' numbers. A smaller count has the same proportions. */
export function planSample(seed: number, count: number): PicturePlan[] {
  if (!Number.isInteger(count) || count < fruitKinds.length * 3) {
    throw new RangeError(`A sample of ${count} pictures is too small: ask for ${fruitKinds.length * 3} or more.`);
  }
  const draws = new Draws(seed, 'plan');
  const labels = draws.shuffle(
    classSizes(count).flatMap(({ kind, pictures }) => Array.from<FruitKind>({ length: pictures }).fill(kind)),
  );
  const flaws = drawFlaws(
    draws,
    labels.map(({ name }) => name),
  );
  const digits = Math.max(4, String(count).length);
  const plans = labels.map((kind, index): PicturePlan => {
    const own = new Draws(seed, 'picture', index);
    const flaw = flaws[index] ?? 'none';
    const format = flaw === 'placeholder' ? 'jpg' : drawFormat(own);
    const { width, height } = drawSize(own);
    const others = fruitKinds.filter(({ name }) => name !== kind.name);
    const shown = own.pick(others).name;
    return {
      path: `photos/${kind.name}/IMG_${String(index + 1).padStart(digits, '0')}.${format}`,
      label: kind.name,
      shows: flaw === 'wrongLabel' ? shown : kind.name,
      flaw,
      scene: index,
      width,
      height,
      format,
      quality: Math.round(own.between(78, 95)),
      grey: own.chance(greyShare) && flaw !== 'placeholder',
    };
  });
  return plans.map((plan) => (plan.flaw === 'nearDuplicate' ? copyOfAnother(plan, plans, seed) : plan));
}

/** How many pictures each kind has among `count`, by largest remainder; never fewer than three. */
export function classSizes(count: number): { readonly kind: FruitKind; readonly pictures: number }[] {
  const whole = fruitKinds.reduce((sum, { pictures }) => sum + pictures, 0);
  const shares = fruitKinds.map((kind) => {
    const exact = (kind.pictures / whole) * count;
    return { kind, pictures: Math.max(3, Math.floor(exact)), rest: exact - Math.floor(exact) };
  });
  let left = count - shares.reduce((sum, { pictures }) => sum + pictures, 0);
  const byRest = [...shares].sort((a, b) => b.rest - a.rest);
  for (let turn = 0; left > 0; turn = (turn + 1) % byRest.length, left--) byRest[turn]!.pictures += 1;
  // The floor of three may have taken more than there were: the largest class gives them back.
  for (; left < 0; left++)
    shares.reduce((most, share) => (share.pictures > most.pictures ? share : most)).pictures -= 1;
  return shares.map(({ kind, pictures }) => ({ kind, pictures }));
}

/** Deals out the flaws over all pictures alike, but never so many that a small class has hardly a sound picture left. */
function drawFlaws(draws: Draws, labels: readonly string[]): Flaw[] {
  const wanted = (share: number, flaw: Flaw) =>
    Array.from<Flaw>({ length: Math.max(2, Math.round(labels.length * share)) }).fill(flaw);
  const queue = [
    ...wanted(placeholderShare, 'placeholder'),
    ...wanted(wrongLabelShare, 'wrongLabel'),
    ...wanted(nearDuplicateShare, 'nearDuplicate'),
  ];
  const sizes = countOf(labels);
  const flawed = new Map<string, number>();
  const flaws = labels.map((): Flaw => 'none');
  for (const index of draws.shuffle(labels.map((_, index) => index))) {
    const label = labels[index]!;
    const already = flawed.get(label) ?? 0;
    if (queue.length === 0 || (already + 1) * 3 > sizes.get(label)!) continue;
    flaws[index] = queue.shift()!;
    flawed.set(label, already + 1);
  }
  return flaws;
}

/** How often each value occurs. */
export function countOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function drawSize(draws: Draws): { width: number; height: number } {
  const { median, spread } = draws.chance(largeShare) ? largeEdges : smallEdges;
  const drawn = median * Math.exp(spread * draws.normal());
  // Turned back at the largest, and not cut off there, which would pile pictures up at one size.
  const edge = drawn > largestEdge ? largestEdge ** 2 / drawn : drawn;
  const aspect = draws.pick([1, 1, 4 / 3, 4 / 3, 3 / 4, 5 / 4]) * Math.exp(0.04 * draws.normal());
  const within = (pixels: number) => Math.round(Math.max(smallestEdge, pixels));
  return { width: within(edge * Math.sqrt(aspect)), height: within(edge / Math.sqrt(aspect)) };
}

function drawFormat(draws: Draws): PicturePlan['format'] {
  const part = draws.uniform();
  return part < 0.88 ? 'jpg' : part < 0.95 ? 'webp' : 'png';
}

function copyOfAnother(plan: PicturePlan, plans: readonly PicturePlan[], seed: number): PicturePlan {
  const draws = new Draws(seed, 'copy', plan.scene);
  const sources = plans.filter(({ label, flaw }) => label === plan.label && flaw === 'none');
  const source = draws.pick(sources);
  return {
    ...plan,
    scene: source.scene,
    width: source.width,
    height: source.height,
    grey: source.grey,
    copyOf: {
      path: source.path,
      cropped: draws.between(0.01, 0.04),
      brightness: draws.between(0.93, 1.07),
      resized: draws.between(0.85, 1.15),
    },
  };
}
