import { strict as assert } from 'node:assert';
import * as fc from 'fast-check';
import { chartSvg } from '../../../webviews/charts/chartSvg.ts';
import { fittingText, placeLabels } from '../../../webviews/charts/placeLabels.ts';
import { panned, zoomed } from '../../../webviews/charts/range.ts';
import {
  extent,
  nearestPoint,
  smooth,
  spanTexts,
  thin,
  ticks,
  type Mark,
  type Point,
  type Series,
  withRoom,
} from '../../../webviews/charts/series.ts';
import { csvOf, markdownOf } from '../../../webviews/charts/sheet.ts';
import { contrast, parseColor, stageColors, stageDashes, type Rgba } from '../../../webviews/ui/colors.ts';
import { bytes, count, duration, measure, percent, points, timeLeft } from '../../../webviews/ui/numbers.ts';

const curve = (values: number[]): Point[] => values.map((y, x) => ({ x, y }));

describe('chart maths', () => {
  it('thins a million points to what can be drawn and keeps every peak', () => {
    const values = curve(Array.from({ length: 1_000_000 }, (_, index) => Math.sin(index / 5000)));
    values[654_321] = { x: 654_321, y: 99 };
    const few = thin(values, 500);
    assert.ok(few.length <= 1000);
    assert.equal(Math.max(...few.map(({ y }) => y)), 99);
    assert.ok(few.every((point, index) => index === 0 || point.x > (few[index - 1]?.x ?? 0)));
  });

  it('thins any curve within its range, in order, and keeps breaks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: false, noDefaultInfinity: false }), fc.constant(Number.NaN)), {
          maxLength: 400,
        }),
        fc.integer({ min: 1, max: 40 }),
        (values, buckets) => {
          const before = curve(values);
          const after = thin(before, buckets);
          assert.ok(after.length <= Math.max(3 * buckets, Math.min(before.length, 2 * buckets)));
          const finite = values.filter(Number.isFinite);
          if (finite.length === 0) return;
          assert.ok(after.some(({ y }) => y === Math.max(...finite)));
          assert.ok(after.some(({ y }) => y === Math.min(...finite)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('smooths as a debiased moving average: constants stay, the first value stays, gaps stay gaps', () => {
    for (const value of smooth([3, 3, 3, 3], 0.9)) assert.ok(Math.abs(value - 3) < 1e-12);
    // By hand for weight 0.5: 1; (0.25 + 1) / 0.75; the NaN is left out.
    const smoothed = smooth([1, Number.NaN, 2], 0.5);
    assert.equal(smoothed[0], 1);
    assert.ok(Number.isNaN(smoothed[1]));
    assert.ok(Math.abs((smoothed[2] ?? 0) - (0.25 + 1) / 0.75) < 1e-12);
    assert.deepEqual(smooth([5, 1], 0), [5, 1]);
  });

  it('finds the nearest point and the extent, however hostile the values', () => {
    assert.equal(nearestPoint([], 3), null);
    assert.deepEqual(nearestPoint(curve([10, 20, 30]), 1.6), { x: 2, y: 30 });
    const series = (values: number[]): Series => ({
      id: '',
      label: '',
      color: '',
      dash: [],
      width: 1,
      points: curve(values),
    });
    assert.deepEqual(extent([series([Number.NaN, 2, Infinity, -1])], 0, 9), [-1, 2]);
    assert.equal(extent([series([Number.NaN])], 0, 9), null);
  });

  it('zooms around a place and pans, within the axis', () => {
    const whole = { from: 0, to: 100 };
    assert.deepEqual(zoomed(whole, null, 0.5, null), { from: 25, to: 75 });
    assert.deepEqual(zoomed(whole, null, 0.5, 90), { from: 65, to: 100 });
    assert.equal(zoomed(whole, { from: 25, to: 75 }, 2, null), null);
    assert.deepEqual(panned(whole, { from: 20, to: 40 }, 0.5), { from: 30, to: 50 });
    assert.deepEqual(panned(whole, { from: 70, to: 90 }, 5), { from: 80, to: 100 });
    assert.deepEqual(panned(whole, { from: 10, to: 30 }, -5), { from: 0, to: 20 });
    assert.equal(panned(whole, null, 0.2), null);
  });

  it('puts ticks at round places', () => {
    assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(ticks(17, 61, 5), [20, 30, 40, 50, 60]);
    assert.deepEqual(ticks(5, 5, 5), [5]);
  });

  it('never lets one label stand on another, or outside of the chart', () => {
    const label = fc.record({
      at: fc.integer({ min: -50, max: 450 }),
      width: fc.integer({ min: 1, max: 120 }),
      weight: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 30 }), (labels) => {
        const edges = { left: 10, right: 400, rows: 3 };
        const stand = placeLabels(labels, edges).flatMap((place, index) =>
          place ? [{ ...place, right: place.left + (labels[index]?.width ?? 0) }] : [],
        );
        for (const one of stand) {
          assert.ok(one.left >= edges.left && one.right <= edges.right && one.row < edges.rows);
          for (const other of stand) {
            if (other === one || other.row !== one.row) continue;
            assert.ok(one.right < other.left || other.right < one.left, JSON.stringify([one, other]));
          }
        }
      }),
    );
  });

  it('stacks labels of one place, drops the least where there is no room, and shortens names of stages', () => {
    const at = (weight: number) => ({ at: 50, width: 40, weight });
    const edges = { left: 0, right: 100, rows: 2 };
    assert.deepEqual(placeLabels([at(1), at(3), at(2)], edges), [null, { left: 30, row: 0 }, { left: 30, row: 1 }]);
    assert.deepEqual(placeLabels([{ at: 99, width: 40, weight: 1 }], edges), [{ left: 60, row: 0 }]);
    const span = { from: 0, to: 1, label: '96', details: ['residual', 'parent frozen'], shade: '', color: '' };
    const texts = spanTexts(span);
    assert.deepEqual(texts, ['96  residual, parent frozen', '96  residual', '96']);
    const letters = (text: string) => text.length;
    assert.deepEqual(
      [40, 20, 5, 1].map((room) => fittingText(texts, room, letters)),
      [texts[0], texts[1], '96', null],
    );
  });

  it('writes a curve as SVG in which a hostile name is only text', () => {
    const svg = chartSvg({
      title: '<img src=x onerror=alert(1)> "quoted" \u0000',
      xLabel: 'epochs',
      series: [
        {
          id: 'a',
          label: '</text><script>',
          color: '#123456',
          dash: [2, 3],
          width: 1,
          points: curve([1, Number.NaN, 2, Infinity, 3]),
        },
      ],
      spans: [],
      marks: [],
      from: 0,
      to: 4,
      formatX: String,
      formatY: String,
      fromY: null,
      colors: { background: '#fff', foreground: '#000', muted: '#777', grid: '#eee', fontFamily: 'a"b' },
    });
    assert.ok(!svg.includes('<img') && !svg.includes('<script') && !svg.includes('\u0000'));
    assert.match(svg, /stroke-dasharray="2 3"/);
    assert.ok(!svg.includes('NaN') && !svg.includes('Infinity'));
  });

  it('goes no further than values can be: no accuracy over 100 %, no loss below 0', () => {
    assert.deepEqual(withRoom(0.2, 1, [0, 1]).at(-1), 1);
    assert.deepEqual(withRoom(0, 2, [0, Infinity])[0], 0);
    const [low, high] = withRoom(0.4, 0.6, [0, 1]);
    assert.ok(low < 0.4 && low > 0.35 && high > 0.6 && high < 0.65, `${low} ${high}`);
    const [below, above] = withRoom(1, 1);
    assert.ok(below < 1 && above > 1, 'one value has room too');
  });

  it('saves names of marks beside one another', () => {
    const mark = (x: number, label: string, kind: Mark['kind']): Mark => ({ x, label, kind, color: '#123456' });
    const svg = chartSvg({
      title: 'loss',
      xLabel: 'epochs',
      series: [],
      spans: [],
      marks: [mark(5, 'rate 0.0005', 'learningRate'), mark(5.1, 'best', 'best'), mark(5.2, 'stopped', 'stop')],
      from: 0,
      to: 10,
      formatX: String,
      formatY: String,
      fromY: null,
      colors: { background: '#fff', foreground: '#000', muted: '#777', grid: '#eee', fontFamily: 'sans-serif' },
    });
    const heights = ['rate 0.0005', 'best', 'stopped'].map(
      (label) => new RegExp(`y="(\\d+)"[^>]*>${label}<`).exec(svg)?.[1],
    );
    assert.equal(new Set(heights).size, 3, heights.join(' '));
    assert.ok(!heights.includes(undefined));
  });

  it('saves curves up to the edge of what is shown, their bands, and a legend that has room for all', () => {
    const many = Array.from({ length: 9 }, (_, at) => ({
      id: String(at),
      label: `${96 + at} of ladder ${at} validation`,
      color: '#123456',
      dash: [8, 3],
      form: 'triangle' as const,
      width: 2.5,
      points: curve([1, 2, 3, 4, 5]),
      band: { min: [0, 1, 2, Number.NaN, 4], max: [2, 3, 4, 5, 6] },
    }));
    const svg = chartSvg({
      title: 'loss',
      xLabel: 'epochs',
      series: many,
      spans: [],
      marks: [],
      from: 0.5,
      to: 2.5,
      formatX: String,
      formatY: String,
      fromY: null,
      colors: { background: '#fff', foreground: '#000', muted: '#777', grid: '#eee', fontFamily: 'sans-serif' },
    });
    // From the point before the edge to the one behind it, cut off at the edge.
    const line = /<path d="([^"]*)" fill="none" stroke="#123456" stroke-width="2.5" stroke-dasharray="8 3"/.exec(
      svg,
    )?.[1];
    assert.equal(line?.match(/[ML]/g)?.join(''), 'MLLLL');
    assert.match(svg, /<g clip-path="url\(#plot\)">/);
    const band = /<path d="([^"]*)" fill="#123456" fill-opacity/.exec(svg)?.[1];
    assert.equal(band?.match(/[MZ]/g)?.join(''), 'MZ', 'what is one point wide has no area');
    // Each name stands in the picture, with its dash and points.
    const height = Number(/height="(\d+)"/.exec(svg)?.[1]);
    for (const { label } of many) {
      const [, x = '', y = ''] = new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"[^>]*>${label}<`).exec(svg) ?? [];
      assert.ok(Number(x) + label.length * 7 <= 800 && Number(y) < height, `${label} at ${x}, ${y}`);
    }
    assert.equal(svg.match(/h32" fill="none" stroke="#123456" stroke-width="2.5" stroke-dasharray="8 3"/g)?.length, 9);
  });

  it('writes tables that a spreadsheet does not run and Markdown does not break', () => {
    const sheet = {
      columns: ['run', 'value'],
      rows: [
        ['=cmd()', 0.5],
        ['a,"b"\nc|d', null],
        ['-3', 1],
      ],
    };
    assert.equal(csvOf(sheet), `run,value\n'=cmd(),0.5\n"a,""b""\nc|d",\n-3,1\n`);
    assert.match(markdownOf(sheet), /\| a,"b" c\\\|d \|/);
  });
});

describe('colours of the stages', () => {
  const white: Rgba = [255, 255, 255, 1];
  const black: Rgba = [0, 0, 0, 1];
  for (const [name, blue, background, foreground] of [
    ['dark', '#59a4f9', '#1f1f1f', '#cccccc'],
    ['light', '#0063d3', '#ffffff', '#3b3b3b'],
    ['high contrast', '#59a4f9', '#000000', '#ffffff'],
  ] as const) {
    it(`are one scale that can be read on a ${name} background`, () => {
      const on = parseColor(background) ?? white;
      const colors = stageColors(5, parseColor(blue) ?? black, on, parseColor(foreground) ?? black);
      const ratios = colors.map((color) => contrast(color, on));
      assert.ok(
        ratios.every((ratio) => ratio >= 2.95),
        String(ratios),
      );
      assert.ok(
        ratios.every((ratio, index) => index === 0 || ratio > (ratios[index - 1] ?? 0)),
        'each stands out more than the one before',
      );
    });
  }

  it('come with a dash each, the largest stage solid', () => {
    assert.deepEqual(stageDashes(2, 3)[0], []);
    assert.equal(new Set([0, 1, 2].map((index) => String(stageDashes(index, 3)[0]))).size, 3);
    assert.equal(new Set(stageDashes(1, 3).map(String)).size, 5, 'and others for runs of the same colour');
  });

  it('are read from every way that VS Code writes them', () => {
    assert.deepEqual(parseColor('#fff'), white);
    assert.deepEqual(parseColor('rgba(255, 255, 255, 0.5)'), [255, 255, 255, 0.5]);
    assert.deepEqual(
      parseColor(' #00000080 ')?.map((channel) => Math.round(channel * 10) / 10),
      [0, 0, 0, 0.5],
    );
    assert.equal(parseColor('red; background: url(x)'), null);
  });
});

describe('numbers as people read them', () => {
  const plain = (text: string) => text.replaceAll('\u202f', ' ').replaceAll('\u00a0', ' ');
  it('says per cent with one decimal, gains in points, losses with three digits', () => {
    assert.equal(plain(percent(0.5932)), '59.3 %');
    assert.equal(plain(points(0.059)), '+5.9 pt');
    assert.equal(plain(points(-0.012)), '−1.2 pt');
    assert.equal(measure(1.2345), '1.23');
    assert.equal(measure(0.04567), '0.0457');
    assert.equal(measure(1234.5), '1,235');
    assert.equal(measure(0), '0.00');
  });
  it('says what is not finite', () => {
    assert.equal(measure(Number.NaN), 'NaN');
    assert.equal(percent(Number.NEGATIVE_INFINITY), '−∞');
    assert.equal(percent(null), '–');
    assert.equal(count(Infinity), '∞');
  });
  it('says times, counts and bytes', () => {
    assert.equal(plain(duration(252)), '4 min 12 s');
    assert.equal(plain(duration(59.6)), '1 min');
    assert.equal(plain(duration(0.42)), '0.4 s');
    assert.equal(plain(duration(7500)), '2 h 5 min');
    assert.equal(plain(timeLeft(130)), '~2 min left');
    assert.equal(count(26376), '26,376');
    assert.equal(plain(bytes(512_300_000)), '512 MB');
  });
});
