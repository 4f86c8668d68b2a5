import { strict as assert } from 'node:assert';
import { classSizes, planSample } from '../../../samples/plan.ts';
import type { Flaw, PicturePlan } from '../../../samples/plan.ts';

const whole = planSample(1, 2000);
const having = (plans: readonly PicturePlan[], flaw: Flaw) => plans.filter((plan) => plan.flaw === flaw);

describe('the plan of the sample', () => {
  it('has 2,000 pictures of 12 fruits, ten times as many of the most frequent as of the rarest', () => {
    const sizes = classSizes(2000).map(({ pictures }) => pictures);
    assert.equal(sizes.length, 12);
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      2000,
    );
    assert.equal(Math.max(...sizes) / Math.min(...sizes), 10);
    for (const { kind, pictures } of classSizes(2000)) {
      assert.equal(whole.filter(({ label }) => label === kind.name).length, pictures, kind.name);
    }
    assert.equal(new Set(whole.map(({ path }) => path)).size, 2000);
  });

  it('keeps the proportions when it is smaller, and gives each class three pictures at least', () => {
    for (const count of [36, 60, 150, 300, 777]) {
      const sizes = classSizes(count);
      const sum = sizes.reduce((total, { pictures }) => total + pictures, 0);
      assert.equal(sum, count);
      assert.ok(sizes.every(({ pictures }) => pictures >= 3));
      for (const { kind, pictures } of count < 200 ? [] : sizes) {
        assert.ok(Math.abs(pictures - (kind.pictures / 2000) * count) <= 2, `${kind.name} of ${count}: ${pictures}`);
      }
    }
    assert.throws(() => planSample(1, 20), /too small: ask for 36 or more/);
  });

  it('has sizes whose density peaks near 128 pixels, and enough that are larger than the last stage', () => {
    const edgesOf = (plans: readonly PicturePlan[]) => plans.map(({ width, height }) => Math.sqrt(width * height));
    const peakOf = (edges: readonly number[]): number => {
      const density = (at: number) => edges.reduce((sum, edge) => sum + Math.exp(-(((edge - at) / 14) ** 2) / 2), 0);
      const steps = Array.from({ length: 76 }, (_, index) => ({
        at: 50 + index * 4,
        density: density(50 + index * 4),
      }));
      return steps.reduce((best, step) => (step.density > best.density ? step : best)).at;
    };
    const edges = edgesOf(whole);
    // A flat peak: in one sample of 2,000 it wanders, over several it is where it was meant to be.
    const several = peakOf([1, 2, 3, 4].flatMap((seed) => edgesOf(planSample(seed, 2000))));
    assert.ok(several > 112 && several < 144, `peak at ${several} over four seeds`);
    const own = peakOf(edges);
    assert.ok(own > 96 && own < 160, `peak at ${own}`);
    const share = (smallest: number) => edges.filter((edge) => edge >= smallest).length / edges.length;
    assert.ok(share(192) > 0.4 && share(192) < 0.65, `${share(192)} are 192 or larger`);
    assert.ok(share(96) > 0.8);
    assert.ok(Math.max(...edges) > 360 && Math.min(...edges) < 70);
    assert.ok(new Set(whole.map(({ width, height }) => (width / height).toFixed(2))).size > 30, 'many shapes');
  });

  it('has grey pictures, placeholders, near-duplicates and wrong labels, in any count, and mostly JPEG files', () => {
    for (const count of [60, 300, 2000]) {
      const plans = planSample(3, count);
      for (const [flaw, share] of [
        ['placeholder', 0.012],
        ['nearDuplicate', 0.05],
        ['wrongLabel', 0.025],
      ] as const) {
        assert.equal(having(plans, flaw).length, Math.max(2, Math.round(count * share)), `${flaw} of ${count}`);
      }
    }
    const grey = whole.filter((plan) => plan.grey).length;
    assert.ok(grey > 50 && grey < 110, `${grey} are grey`);
    const format = (name: string) => whole.filter((plan) => plan.format === name).length / whole.length;
    assert.ok(format('jpg') > 0.8 && format('png') > 0.02 && format('webp') > 0.02);
  });

  it('says of a wrong label what it shows, and of a near-duplicate which sound picture of its class it comes from', () => {
    for (const plan of whole) assert.equal(plan.flaw === 'wrongLabel', plan.shows !== plan.label, plan.path);
    const byPath = new Map(whole.map((plan) => [plan.path, plan]));
    for (const { label, copyOf } of having(whole, 'nearDuplicate')) {
      const source = byPath.get(copyOf?.path ?? '');
      assert.equal(source?.label, label);
      assert.equal(source?.flaw, 'none');
    }
  });

  it('leaves two thirds of each class sound', () => {
    for (const count of [36, 60, 300, 2000]) {
      const plans = planSample(1, count);
      for (const { kind, pictures } of classSizes(count)) {
        const sound = plans.filter(({ label, flaw }) => label === kind.name && flaw === 'none').length;
        assert.ok(sound * 3 >= pictures * 2, `${kind.name} of ${count}: ${sound} of ${pictures}`);
      }
    }
  });
});
