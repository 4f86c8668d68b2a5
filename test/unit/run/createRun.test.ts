import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configSchema } from '../../../trainer/protocol/config.ts';
import { readRunManifest } from '../../../trainer/protocol/readRunManifest.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { createRun } from '../../../trainer/run/createRun.ts';
import { resolveStage } from '../../../trainer/stages/resolveStage.ts';

describe('a run that is made', () => {
  const workspace = mkdtempSync(path.join(os.tmpdir(), 'upsize-made-'));
  after(() => {
    rmSync(workspace, { recursive: true });
  });

  it('says where its config lies as seen from the workspace folder, and as it is where it lies outside', () => {
    const config = resolveStage(configSchema.parse({ dataset: 'photos' }), null, { stageIndex: 0, parent: null });
    for (const [baseDirectory, written] of [
      [workspace, '.'],
      [path.join(workspace, 'fruit', 'two'), 'fruit/two'],
      [path.join(workspace, '..hidden'), '..hidden'],
      [`${workspace}-beside`, `${workspace}-beside`],
      [path.dirname(workspace), path.dirname(workspace)],
    ] as const) {
      const { folder } = createRun({ workspace, baseDirectory, config, parent: null });
      assert.match(readFileSync(runPaths(folder).manifest, 'utf8'), new RegExp(`"baseDirectory": "${written}"`));
      const read = readRunManifest(folder);
      assert.equal(read.kind === 'ok' && read.value.baseDirectory, baseDirectory);
    }
  });
});
