import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { runUpsize } from './runUpsize.ts';

const answerSchema = z.object({
  scanned: z.boolean(),
  problems: z.array(z.object({ id: z.string(), line: z.number() })),
});

describe('upsize check', function () {
  this.timeout(60_000);
  let cwd: string;
  before(() => (cwd = mkdtempSync(path.join(os.tmpdir(), 'upsize-check-'))));
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
    const { scanned, problems } = answerSchema.parse(JSON.parse(refused.output));
    assert.deepEqual([scanned, problems], [false, [{ id: 'stagesJoin', line: 2 }]]);
    write([{ size: 48 }]);
    assert.match((await runUpsize(['check'], { cwd })).output, /Nothing to object to/);
  });
});
