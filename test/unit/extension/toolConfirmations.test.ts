import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startConfirmation, stopConfirmation } from '../../../extension/environment/toolConfirmations.ts';
import { runsIn, writeRun } from './writtenRun.ts';

describe('what is asked before a language model starts or stops a run', () => {
  const where = ' in citrus';

  it('names what is trained, from which run and in which folder', () => {
    const said = (input: Parameters<typeof startConfirmation>[0]) => startConfirmation(input, where).message;
    assert.equal(said({ newLadder: false }), 'Train the next stage in citrus?');
    assert.equal(said({ newLadder: true }), 'Train the first stage of a new ladder in citrus?');
    assert.equal(said({ newLadder: false, fromRunId: 'a', size: 96 }), 'Train at 96 px from run a in citrus?');
  });

  it('names the run that is stopped and its folder', () => {
    const workspace = mkdtempSync(path.join(tmpdir(), 'upsize-tools-'));
    try {
      writeRun(workspace, { id: 'a-48' });
      const [run] = runsIn(workspace);
      assert.ok(run);
      assert.equal(stopConfirmation(run, where).message, 'Stop the 48 px run a-48 in citrus? It can be resumed.');
    } finally {
      rmSync(workspace, { recursive: true });
    }
  });
});
