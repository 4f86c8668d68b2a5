import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import * as z from 'zod';
import { runUpsize } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

/** A PNG whose header says 60,000 × 60,000 pixels. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  const header = Buffer.from([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', Buffer.alloc(8)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

/** A picture of noise, each seed another. */
function noise(seed: number) {
  const side = 24;
  const pixels = Buffer.from(
    Array.from({ length: side * side * 3 }, (_, at) => (at * 7919 * (seed + 3) + at * at) % 256),
  );
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
}

const strangeNames = [
  'with space.png',
  `quote's "double".png`,
  'hash#1.png',
  'per%20cent%.png',
  'emoji 🍎🥝.png',
  'עברית \u202egnp.png',
  'escape \u001b[2J.png',
  `${'n'.repeat(251)}.png`,
];

describe('a folder of hostile files, from the command line', function () {
  this.timeout(180_000);
  let workspace: TinyWorkspace;
  before(async () => {
    workspace = await TinyWorkspace.make(10);
    const kiwi = (name: string) => path.join(workspace.directory, 'photos', 'kiwi', name);
    const jpeg = await noise(1).resize(200, 200).jpeg().toBuffer();
    writeFileSync(kiwi('empty.jpg'), '');
    writeFileSync(kiwi('cut.jpg'), jpeg.subarray(0, jpeg.length / 2));
    writeFileSync(kiwi('text.jpg'), 'This is not a picture.');
    writeFileSync(kiwi('huge.png'), hugePng());
    writeFileSync(kiwi('16 bit.png'), await noise(2).toColourspace('rgb16').png().toBuffer());
    writeFileSync(kiwi('cmyk.jpg'), await noise(3).toColourspace('cmyk').jpeg().toBuffer());
    const pages = await Promise.all([4, 5].map((seed) => noise(seed).png().toBuffer()));
    writeFileSync(
      kiwi('animated.webp'),
      await sharp(pages, { join: { animated: true } })
        .webp()
        .toBuffer(),
    );
    for (const [at, name] of strangeNames.entries())
      writeFileSync(
        kiwi(name),
        await noise(10 + at)
          .png()
          .toBuffer(),
      );
    const config = {
      dataset: 'photos',
      model: { filters: [4, 4], denseUnits: 8 },
      training: { epochs: 1, batchSize: 8 },
      stages: [{ size: 8 }],
    };
    writeFileSync(path.join(workspace.directory, 'upsize.json'), JSON.stringify(config));
  });
  after(() => workspace.remove());

  it('is scanned with each refusal named, in plain characters', async () => {
    const { code, output, errors } = await runUpsize(['scan', '--all'], { cwd: workspace.directory });
    assert.equal(code, 0, errors);
    for (const [name, reason] of [
      ['empty.jpg', /empty/],
      ['cut.jpg', /ends early/],
      ['text.jpg', /text/],
      ['huge.png', /60000 × 60000/],
    ] as const) {
      const line = output.split('\n').find((one) => one.includes(`kiwi/${name}`));
      assert.match(line ?? `${name} is not named`, reason);
    }
    assert.doesNotMatch(output + errors, /[\u001b\u202e]/);
    assert.match(output, /kiwi +21 /);
  });

  it('is trained on without what was refused, and predicted whatever the names', async () => {
    const { code, errors } = await runUpsize(['train'], { cwd: workspace.directory });
    assert.equal(code, 0, errors);
    for (const name of ['empty.jpg', 'cut.jpg', 'text.jpg', 'huge.png'])
      assert.ok(errors.includes(`! kiwi/${name}: `), name);
    assert.match(errors, /, 4 left out/);
    const run = workspace.store.list().runs.at(-1);
    assert.equal(run?.summary.prepared?.leftOut, 4);
    assert.equal((run?.summary.prepared?.train ?? 0) + (run?.summary.prepared?.validation ?? 0), 41);
    const files = strangeNames.map((name) => path.join('photos', 'kiwi', name));
    const predicted = await runUpsize(['predict', '--json', '--', ...files], { cwd: workspace.directory });
    assert.equal(predicted.code, 0, predicted.errors);
    const answers = z
      .array(z.object({ file: z.string(), probabilities: z.record(z.string(), z.number()) }))
      .parse(JSON.parse(predicted.output));
    assert.deepEqual(
      answers.map(({ file }) => path.basename(file)),
      strangeNames,
    );
  });
});
