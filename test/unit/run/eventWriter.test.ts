import { strict as assert } from 'node:assert';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { EventReader } from '../../../trainer/protocol/eventReader.ts';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { EventWriter } from '../../../trainer/run/eventWriter.ts';

const log = (message: string): RunEvent => ({ type: 'log', level: 'information', message });

describe('the event log of a run', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-log-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const messages = () =>
    new EventReader(folder).read().events.flatMap((event) => (event.type === 'log' ? [event.message] : []));

  it('gives back what was written, numbered without a gap over attempts', () => {
    for (const attempt of ['first', 'second']) {
      const writer = new EventWriter(folder);
      writer.write(log(`${attempt} ü "quoted"\n`));
      writer.write(log(attempt));
      writer.close();
    }
    const { events, damaged } = new EventReader(folder).read();
    assert.deepEqual(
      events.map((event) => event.seq),
      [1, 2, 3, 4],
    );
    assert.equal(damaged.length, 0);
    assert.deepEqual(messages(), ['first ü "quoted"\n', 'first', 'second ü "quoted"\n', 'second']);
  });

  it('keeps metrics that are no numbers', () => {
    const writer = new EventWriter(folder);
    const column = [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    writer.write({ type: 'steps', epoch: 0, from: 0, loss: column, accuracy: column, inputMs: column, stepMs: column });
    writer.close();
    const [event] = new EventReader(folder).read().events;
    assert.ok(event?.type === 'steps');
    assert.deepEqual(event.loss, column);
  });

  it('loses only the torn line when it was cut anywhere', () => {
    const writer = new EventWriter(folder);
    for (let i = 0; i < 5; i++) writer.write(log(`message ${i}`));
    writer.close();
    const file = runPaths(folder).events(1);
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat({ max: whole.length }), (cut) => {
        writeFileSync(file, whole);
        truncateSync(file, cut);
        const before = messages();
        const next = new EventWriter(folder);
        next.write(log('after'));
        next.close();
        const after = messages();
        // Where only the line feed was cut off, the event is whole and comes back.
        assert.ok(after.length - 1 - before.length <= 1);
        assert.deepEqual(after.slice(0, before.length), before);
        assert.equal(after.at(-1), 'after');
        const seqs = new EventReader(folder).read().events.map((event) => event.seq);
        assert.deepEqual(
          seqs,
          seqs.map((_, i) => i + 1),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('costs one line where one line is damaged, and says which', () => {
    const writer = new EventWriter(folder);
    for (let i = 0; i < 5; i++) writer.write(log(`message ${i}`));
    writer.close();
    const file = runPaths(folder).events(1);
    writeFileSync(file, readFileSync(file, 'utf8').replace('message 2', 'message 7'));
    const batch = new EventReader(folder).read();
    assert.deepEqual(
      batch.damaged.map(({ message }) => message),
      ['the checksum is wrong'],
    );
    assert.equal(batch.events.length, 4);
  });

  it('ignores kinds of events that it does not know', () => {
    const writer = new EventWriter(folder);
    writer.write(log('known'));
    // @ts-expect-error: what a later version might write
    writer.write({ type: 'teleported', to: 'mars' });
    writer.close();
    const batch = new EventReader(folder).read();
    assert.equal(batch.events.length, 1);
    assert.equal(batch.damaged.length, 0);
  });

  it('goes on in a next file when one is full, and is read across', () => {
    const writer = new EventWriter(folder, { rotateBytes: 2000 });
    const reader = new EventReader(folder);
    const seen: number[] = [];
    for (let i = 0; i < 60; i++) {
      writer.write(log(`message ${i}`));
      seen.push(...reader.read().events.map((event) => event.seq));
    }
    writer.close();
    assert.ok(readdirSync(folder).length > 3);
    // Each file but the first begins with a summary, which is an event as well.
    assert.deepEqual(
      seen,
      Array.from({ length: 60 + readdirSync(folder).length - 1 }, (_, i) => i + 1),
    );
    assert.equal(messages().length, 60);
    const again = new EventWriter(folder, { rotateBytes: 2000 });
    assert.equal(again.seq, seen.at(-1));
    again.close();
  });

  it('loses nothing when the log goes on in a next file while it is read', () => {
    const writer = new EventWriter(folder, { rotateBytes: 400 });
    writer.write(log('seen'));
    const reader = new EventReader(folder);
    const { fstatSync } = fs;
    // Between the reader's look at the length of the first file and its look for a next one.
    const growing = (...args: Parameters<typeof fstatSync>) => {
      const found = fstatSync(...args);
      Object.assign(fs, { fstatSync });
      syncBuiltinESMExports();
      for (let i = 0; i < 6; i++) writer.write(log(`later ${i}`));
      return found;
    };
    Object.assign(fs, { fstatSync: growing });
    syncBuiltinESMExports();
    const read: number[] = [];
    for (let look = 0; look < 3; look++) read.push(...reader.read().events.map(({ seq }) => seq));
    writer.close();
    assert.ok(readdirSync(folder).length > 1, 'the log did not go on in a next file');
    assert.deepEqual(
      read,
      Array.from({ length: writer.seq }, (_, i) => i + 1),
    );
  });

  it('waits for the rest of a line that is being written', () => {
    const writer = new EventWriter(folder);
    writer.write(log('whole'));
    writer.close();
    const file = runPaths(folder).events(1);
    const line = readFileSync(file);
    const reader = new EventReader(folder);
    assert.equal(reader.read().events.length, 1);
    appendFileSync(file, line.subarray(0, 10));
    assert.deepEqual(reader.read(), { events: [], damaged: [], newer: null, more: false });
    appendFileSync(file, line.subarray(10));
    assert.equal(reader.read().events.length, 1);
  });
});
