import { strict as assert } from 'node:assert';
import { fruitKinds } from '../../../samples/fruitKinds.ts';
import { paintPicture } from '../../../samples/paintPicture.ts';
import { paintScene } from '../../../samples/paintScene.ts';
import { planSample } from '../../../samples/plan.ts';
import { guessLabels } from './guesser.ts';
import type { Guess } from './guesser.ts';

const plans = planSample(1, 2000);
const edge = 40;

/** Mean colours of squares of a picture of `edge` pixels, given by the corner of each. */
function coloursOf(pixels: Uint8ClampedArray, corners: readonly (readonly [number, number])[], side: number): number[] {
  return corners.flatMap(([left, top]) =>
    [0, 1, 2].map((channel) => {
      let sum = 0;
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++) sum += pixels[(y * edge + x) * 3 + channel]!;
      }
      return sum / side ** 2;
    }),
  );
}

function assertBlind({ accuracy, balancedAccuracy, majority }: Guess): void {
  assert.ok(accuracy < majority + 0.05, `${accuracy} right; the most frequent class alone gives ${majority}`);
  assert.ok(balancedAccuracy < 1 / 12 + 0.05, `${balancedAccuracy} right with all classes weighed alike`);
}

describe('what gives a class of the sample away', () => {
  const far = edge - 4;
  const scenes = plans.slice(0, 1200).map(({ label, scene }) => {
    const kind = fruitKinds.find(({ name }) => name === label)!;
    return { label, pixels: paintScene({ seed: 1, number: scene, kind, width: edge, height: edge }) };
  });
  const labels = scenes.map(({ label }) => label);

  it('is the fruit in the middle: its colour alone goes a long way', () => {
    const middle = [[18, 18]] as const;
    const guess = guessLabels(
      scenes.map(({ pixels }) => coloursOf(pixels, middle, 4)),
      labels,
    );
    assert.ok(guess.accuracy > 0.3, `${guess.accuracy} right`);
    assert.ok(guess.balancedAccuracy > 0.25, `${guess.balancedAccuracy} right with all classes weighed alike`);
  });

  it('is not the colour of the background in the corners', () => {
    const corners = [
      [0, 0],
      [far, 0],
      [0, far],
      [far, far],
    ] as const;
    assertBlind(
      guessLabels(
        scenes.map(({ pixels }) => coloursOf(pixels, corners, 4)),
        labels,
      ),
    );
  });

  it('is neither the dimensions nor the order nor the format of the files', () => {
    const features = plans.map(({ width, height, format }, index) => [
      width,
      height,
      index,
      format === 'jpg' ? 1 : 0,
      format === 'png' ? 1 : 0,
    ]);
    assertBlind(
      guessLabels(
        features,
        plans.map(({ label }) => label),
      ),
    );
  });

  it('is not the size of the files', async () => {
    const some = plans.filter(({ flaw, width, height }) => flaw === 'none' && width * height < 160 ** 2).slice(0, 500);
    const files = await Promise.all(some.map((plan) => paintPicture(plan, 1)));
    const features = some.map(({ width, height, format }, index) => [
      Math.log(files[index]!.byteLength / (width * height)),
      Math.log(width * height) / 2,
      format === 'png' ? 1 : 0,
    ]);
    assertBlind(
      guessLabels(
        features,
        some.map(({ label }) => label),
      ),
    );
  }).timeout(240_000);
});
