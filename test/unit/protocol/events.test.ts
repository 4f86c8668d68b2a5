import { strict as assert } from 'node:assert';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { EventReader } from '../../../trainer/protocol/eventReader.ts';
import { decodeEvent, encodeEvent, type RunEvent } from '../../../trainer/protocol/events.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { completedEvents } from './writtenRun.ts';

const log = (message: string): RunEvent => ({ type: 'log', level: 'information', message });

describe('events', () => {
  it('come back as they were written, whatever their texts', () => {
    for (const [index, event] of completedEvents().entries()) {
      const decoded = decodeEvent(encodeEvent(event, index + 1, 5).trimEnd());
      assert.deepEqual(decoded, { kind: 'event', event: { ...event, seq: index + 1, time: 5 } });
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const line = encodeEvent(log(message), 1, 2);
        const decoded = decodeEvent(line.slice(0, -1));
        return (
          !line.slice(0, -1).includes('\n') &&
          decoded.kind === 'event' &&
          decoded.event.type === 'log' &&
          decoded.event.message === message
        );
      }),
    );
  });

  it('keep metrics that JSON has no number for', () => {
    const steps: RunEvent = {
      type: 'steps',
      epoch: 0,
      from: 0,
      loss: [Number.NaN, Infinity],
      accuracy: [0, 0],
      inputMs: [0, 0],
      stepMs: [0, 0],
    };
    const decoded = decodeEvent(encodeEvent(steps, 1, 1).trimEnd());
    assert.ok(decoded.kind === 'event' && decoded.event.type === 'steps');
    assert.deepEqual(decoded.event.loss, [Number.NaN, Infinity]);
  });

  it('notice any changed byte', () => {
    const line = encodeEvent(log('fruit'), 7, 8).trimEnd();
    for (let place = 0; place < line.length; place++) {
      const changed = `${line.slice(0, place)}${line[place] === 'x' ? 'y' : 'x'}${line.slice(place + 1)}`;
      assert.equal(decodeEvent(changed).kind, 'damaged', changed);
    }
  });

  it('pass over kinds that a newer Upsize writes', () => {
    // A later version's event: the envelope and the checksum are right, the kind is not known here.
    const line = encodeEvent({ type: 'somethingNew', what: 1 } as unknown as RunEvent, 3, 4).trimEnd();
    assert.deepEqual(decodeEvent(line), { kind: 'unknown', seq: 3 });
  });
});

describe('EventReader', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-events-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (number: number) => runPaths(folder).events(number);
  const messages = (reader: EventReader) =>
    reader.read().events.map((event) => (event.type === 'log' ? event.message : event.type));

  it('brings what was appended since the last look, and a line only when it is whole', () => {
    const reader = new EventReader(folder);
    assert.deepEqual(messages(reader), []);
    const line = encodeEvent(log('grün'), 1, 1);
    // In the middle of a letter of two bytes.
    const bytes = Buffer.from(line);
    const middle = bytes.indexOf(0xc3) + 1;
    writeFileSync(file(1), bytes.subarray(0, middle));
    assert.deepEqual(messages(reader), []);
    appendFileSync(file(1), bytes.subarray(middle));
    appendFileSync(file(1), encodeEvent(log('two'), 2, 1));
    assert.deepEqual(messages(reader), ['grün', 'two']);
    assert.deepEqual(messages(reader), []);
  });

  it('goes on in the next file', () => {
    const reader = new EventReader(folder);
    writeFileSync(file(1), encodeEvent(log('one'), 1, 1));
    assert.deepEqual(messages(reader), ['one']);
    appendFileSync(file(1), encodeEvent(log('two'), 2, 1));
    writeFileSync(file(2), encodeEvent(log('three'), 3, 1));
    assert.deepEqual(messages(reader), ['two', 'three']);
  });

  it('loses a damaged line and nothing else', () => {
    writeFileSync(file(1), `${encodeEvent(log('one'), 1, 1)}{"torn\n${encodeEvent(log('two'), 2, 1)}`);
    const { events, damaged } = new EventReader(folder).read();
    assert.equal(events.length, 2);
    assert.deepEqual(
      damaged.map((line) => line.file),
      [1],
    );
  });

  it('reads a long log in parts without losing or repeating a line', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => encodeEvent(log(`message ${index}`), index + 1, 1));
    writeFileSync(file(1), lines.join(''));
    const reader = new EventReader(folder);
    const seen: number[] = [];
    for (let parts = 0; ; parts++) {
      const { events, more } = reader.read(50_000);
      seen.push(...events.map(({ seq }) => seq));
      if (!more) break;
      assert.ok(parts < 1000);
    }
    assert.deepEqual(
      seen,
      lines.map((_, index) => index + 1),
    );
  });
});
