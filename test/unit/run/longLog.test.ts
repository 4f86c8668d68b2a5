import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import type { Run, RunSummary } from '../../../trainer/protocol/runSummary.ts';
import { EventReader } from '../../../trainer/protocol/eventReader.ts';
import { EventWriter } from '../../../trainer/run/eventWriter.ts';
import { bytesRead } from '../protocol/bytesRead.ts';
import { completedEvents, WrittenWorkspace } from '../protocol/writtenRun.ts';

const rotateBytes = 64 * 1024;
const stepsInEvent = 10;

/** Seconds are a sum, and sums differ in their last bits by what is left out of them. */
function rounded(summary: RunSummary): RunSummary {
  return { ...summary, seconds: Math.round(summary.seconds * 1000) / 1000 };
}

describe('the log of a long run', () => {
  let workspace: WrittenWorkspace;
  beforeEach(() => (workspace = new WrittenWorkspace()));
  afterEach(() => workspace.remove());

  const steps = (from: number): RunEvent => {
    const column = Array.from({ length: stepsInEvent }, (_, place) => Math.sqrt(from + place));
    return { type: 'steps', epoch: 0, from, loss: column, accuracy: column, inputMs: column, stepMs: column };
  };
  /** Writes a run of so many steps, with an epoch after each tenth part of them. Returns its folder. */
  const write = (id: string, count: number): string => {
    const [attempt, prepared, ...rest] = completedEvents();
    const epochs = rest.filter(({ type }) => type === 'epoch');
    const folder = workspace.write(workspace.manifest(id, { ladderId: id }), []);
    rmSync(runPaths(folder).events(1), { force: true });
    const writer = new EventWriter(folder, { rotateBytes });
    let time = 1_000_000;
    const add = (event: RunEvent | undefined) => event && writer.write(event, (time += 1000));
    add(attempt);
    add(prepared);
    add({ type: 'state', state: 'running', message: null, signal: null });
    for (let from = 0; from < count; from += stepsInEvent) {
      add(steps(from));
      if (from % (count / 10) === 0) add(epochs[0]);
    }
    writer.close();
    return folder;
  };
  const get = (id: string): Run => {
    const run = new RunStore(workspace.directory).get(id);
    assert.ok(run !== null && 'summary' in run);
    return run;
  };
  /** As a reader has it that begins at the beginning and parses every line. */
  const fromBeginning = (folder: string): Run => {
    const names = readdirSync(folder).filter((name) => /^events-(?!0001)/.test(name));
    const kept = names.map((name) => [path.join(folder, name), readFileSync(path.join(folder, name), 'utf8')] as const);
    // Without the summaries there is nothing to begin at but the beginning.
    for (const [file, text] of kept) writeFileSync(file, text.slice(text.indexOf('\n') + 1));
    const run = get('long');
    for (const [file, text] of kept) writeFileSync(file, text);
    return run;
  };

  it('costs a reader of its summary nothing that grows with its steps', () => {
    write('short', 2000);
    const folder = write('long', 40_000);
    const files = readdirSync(folder).filter((name) => name.startsWith('events-')).length;
    assert.ok(files > 20, `${files} files`);
    const [short, long] = ['short', 'long'].map((id) => bytesRead(() => get(id)));
    assert.ok(short !== undefined && long !== undefined && long < 4 * rotateBytes, `${short} and ${long} bytes`);
  });

  it('comes to the same as one that is read from its beginning', () => {
    const folder = write('long', 20_000);
    const { summary, damagedLines } = get('long');
    const whole = fromBeginning(folder);
    assert.equal(damagedLines, 0);
    assert.deepEqual({ ...rounded(summary), lastSeq: 0 }, { ...rounded(whole.summary), lastSeq: 0 });
    assert.equal(summary.step, 20_000);
    assert.equal(summary.epochs.length, 10);
  });

  it('is followed as it grows, over new files', () => {
    const folder = write('long', 2000);
    const store = new RunStore(workspace.directory);
    store.get('long');
    const writer = new EventWriter(folder, { rotateBytes });
    for (let from = 2000; from < 6000; from += stepsInEvent) writer.write(steps(from));
    writer.close();
    const run = store.get('long');
    assert.ok(run !== null && 'summary' in run);
    assert.equal(run.summary.step, 6000);
    assert.deepEqual(rounded(run.summary), rounded(get('long').summary));
  });

  it('is read further back where a summary is damaged, and every damaged line of step metrics counts', () => {
    const folder = write('long', 6000);
    const names = readdirSync(folder)
      .filter((name) => name.startsWith('events-'))
      .sort();
    const last = path.join(folder, names.at(-1) ?? '');
    writeFileSync(last, readFileSync(last, 'utf8').replace('"summary"', '"sumnary"'));
    assert.equal(get('long').summary.step, 6000);
    assert.equal(get('long').damagedLines, 1);
    writeFileSync(last, readFileSync(last, 'utf8').replaceAll('"loss":[', '"loss": ['));
    assert.ok(get('long').damagedLines > 10);
    truncateSync(last, 1000);
    assert.ok(get('long').summary.step < 6000);
  });

  it('is read in parts by who must not be held up', () => {
    write('long', 20_000);
    // Without a summary to begin at, as logs of other writers are.
    const folder = path.join(workspace.directory, '.upsize', 'runs', 'long');
    const whole = fromBeginning(folder).summary;
    for (const name of readdirSync(folder).filter((one) => /^events-(?!0001)/.test(one))) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      writeFileSync(path.join(folder, name), text.slice(text.indexOf('\n') + 1));
    }
    const store = new RunStore(workspace.directory);
    let parts = 1;
    while (store.readSome('long', rotateBytes)) parts++;
    assert.ok(parts > 5, `${parts} parts`);
    const rest = bytesRead(() => {
      const run = store.get('long');
      assert.ok(run !== null && 'summary' in run);
      assert.deepEqual(rounded(run.summary), rounded(whole));
    });
    assert.equal(rest, 0);
  });

  it('gives others every step', () => {
    const folder = write('long', 2000);
    const { events } = new EventReader(folder).read();
    const read = events.flatMap((event) => (event.type === 'steps' ? event.loss : []));
    assert.equal(read.length, 2000);
  });
});
