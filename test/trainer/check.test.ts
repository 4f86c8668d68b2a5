import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { scanFile } from '../../trainer/protocol/scanFile.ts';
import { runUpsize } from './runUpsize.ts';

const answerSchema = z.object({
  scanned: z.boolean(),
  scanFault: z.string().nullable(),
  problems: z.array(z.object({ id: z.string(), line: z.number() })),
});

describe('upsize check', function () {
  this.timeout(60_000);
  let cwd: string;
  before(() => (cwd = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'upsize-check-')))));
  after(() => rmSync(cwd, { recursive: true, force: true }));
  const write = (stages: object[]) =>
    writeFileSync(path.join(cwd, 'upsize.json'), `{ "dataset": "photos",\n "stages": ${JSON.stringify(stages)} }`);

  it('names place, problem and fix, and ends with 1 only on an error', async () => {
    write([{ size: 96 }, { size: 48 }]);
    const warned = await runUpsize(['check'], { cwd });
    assert.equal(warned.code, 0, warned.errors);
    assert.match(warned.output, /^upsize\.json:2:\d+: warning: Stage 2 has 48 px after one of 96.* Order the stages/);
    assert.match(warned.errors, /"upsize scan" looks through them/);
    write([{ size: 48 }, { size: 100, extend: { strategy: 'feeder' } }]);
    const refused = await runUpsize(['check', '--json'], { cwd });
    assert.equal(refused.code, 1);
    const { scanned, scanFault, problems } = answerSchema.parse(JSON.parse(refused.output));
    assert.deepEqual([scanned, scanFault, problems], [false, null, [{ id: 'stagesJoin', line: 2 }]]);
    write([{ size: 48 }]);
    assert.match((await runUpsize(['check'], { cwd })).output, /Nothing to object to/);
  });

  it('says which scan is damaged and what to do, and checks the config all the same', async () => {
    write([{ size: 96 }, { size: 48 }]);
    const file = scanFile(cwd, path.join(cwd, 'photos'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '{ "version": 1, "created": 17');
    const said = await runUpsize(['check'], { cwd });
    assert.match(said.output, /Stage 2 has 48 px/);
    assert.ok(said.errors.includes(`${file}: the last scan cannot be read`), said.errors);
    assert.match(said.errors, /Scan the data set again \("upsize scan"\)/);
    const { scanned, scanFault } = answerSchema.parse(
      JSON.parse((await runUpsize(['check', '--json'], { cwd })).output),
    );
    assert.deepEqual([scanned, scanFault], [false, said.errors.trim()]);
  });
});
