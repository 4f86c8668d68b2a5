import { strict as assert } from 'node:assert';
import * as z from 'zod';
import { defineBoundary, forWire, metricSchema } from '../../../webviews/protocol/boundary.ts';
import { answer, HostChannel } from '../../../webviews/protocol/hostChannel.ts';
import { ViewChannel } from '../../../webviews/protocol/viewChannel.ts';

const boundary = defineBoundary({
  panel: 'Test',
  snapshot: z.object({ value: metricSchema }),
  change: z.object({ add: z.number() }),
  requests: {
    double: { params: z.object({ of: z.number() }), result: z.number() },
    fail: { params: z.object({}), result: z.null() },
    lie: { params: z.object({}), result: z.number() },
  },
});

/** Both ends, joined by JSON; `lose` says which messages to the view are lost. */
function joined(
  lose: (message: unknown) => boolean = () => false,
  look: (value: number) => Promise<number> | number = (value) => value,
) {
  const log: string[] = [];
  const snapshots: number[] = [];
  const changes: number[] = [];
  let value = 1;
  const pass = (message: unknown): unknown => JSON.parse(JSON.stringify(message));
  const host: HostChannel<typeof boundary> = new HostChannel(boundary, {
    post: (message) => {
      if (!lose(message)) view.receive(pass(message));
    },
    snapshot: async () => ({ value: await look(value) }),
    log: (line) => log.push(line),
    answers: {
      double: answer(boundary.requests.double, ({ of }) => of * 2),
      fail: answer(boundary.requests.fail, () => Promise.reject(new Error('kiwi.jpg could not be read'))),
      lie: () => Promise.resolve('not a number'),
    },
  });
  const view: ViewChannel<typeof boundary> = new ViewChannel(boundary, {
    post: (message) => void host.receive(pass(message)),
    onSnapshot: (state) => snapshots.push(state.value),
    onChange: (change) => changes.push(change.add),
    onTrouble: (line) => log.push(line),
  });
  return { host, view, log, snapshots, changes, set: (next: number) => (value = next) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('messages between a panel and its host', () => {
  it('begins with a snapshot, then brings each change once and in order', async () => {
    const { host, view, snapshots, changes } = joined();
    host.change({ add: 1 });
    view.ready();
    await settled();
    host.change({ add: 2 });
    host.change({ add: 3 });
    assert.deepEqual(snapshots, [1]);
    assert.deepEqual(changes, [2, 3], 'what came before the first snapshot is in it');
  });

  it('asks for a new snapshot when a change was lost, and goes on from there', async () => {
    let lost = 0;
    const { host, view, snapshots, changes, set } = joined(
      (message) => JSON.stringify(message).includes('"add":7') && ++lost === 1,
    );
    view.ready();
    await settled();
    host.change({ add: 7 });
    set(2);
    host.change({ add: 8 });
    await settled();
    host.change({ add: 9 });
    assert.deepEqual(snapshots, [1, 2]);
    assert.deepEqual(changes, [9]);
  });

  it('looks once more where a snapshot was asked for while one was being made', async () => {
    const looks: number[] = [];
    let goOn = () => {};
    const { host, view, snapshots, changes, set } = joined(
      () => false,
      async (seen) => {
        looks.push(seen);
        if (looks.length === 1) await new Promise<void>((resolve) => (goOn = resolve));
        return seen;
      },
    );
    view.ready();
    await settled();
    // The first look is over, and has seen 1; what was asked for since must see 5.
    set(5);
    const [second, third] = [host.sendSnapshot(), host.sendSnapshot()];
    host.change({ add: 4 });
    goOn();
    await Promise.all([second, third]);
    assert.deepEqual(looks, [1, 5]);
    assert.deepEqual(snapshots, [1, 5]);
    assert.deepEqual(changes, [4]);
    host.change({ add: 6 });
    assert.deepEqual(changes, [4, 6]);
  });

  it('tells the view why no snapshot can be made, and goes on when one can', async () => {
    let damaged = true;
    const { host, view, log, snapshots, changes } = joined(
      () => false,
      (value) => (damaged ? Promise.reject(new Error('The evaluation cannot be read.')) : value),
    );
    view.ready();
    await settled();
    assert.deepEqual(snapshots, []);
    assert.deepEqual(log, ['Test: The evaluation cannot be read.', 'The evaluation cannot be read.']);
    damaged = false;
    view.ready();
    await settled();
    host.change({ add: 2 });
    assert.deepEqual([snapshots, changes], [[1], [2]]);
    // What is shown stays, and so do the changes of it, when a later snapshot fails.
    damaged = true;
    await host.sendSnapshot();
    host.change({ add: 3 });
    assert.deepEqual([snapshots, changes], [[1], [2, 3]]);
    assert.equal(log.length, 4);
  });

  it('carries NaN and infinity', async () => {
    const { view, snapshots, set, host } = joined();
    set(Number.NaN);
    view.ready();
    await settled();
    set(Number.NEGATIVE_INFINITY);
    await host.sendSnapshot();
    assert.deepEqual(snapshots, [Number.NaN, Number.NEGATIVE_INFINITY]);
    const message = { a: [1, Infinity, { b: null }], left: undefined, text: 'kiwi', on: true };
    assert.deepEqual(forWire(message), { a: [1, 'Infinity', { b: null }], text: 'kiwi', on: true });
  });

  it('settles every request: an answer, a failure as a sentence, a wrong answer, no such method, a timeout, the end', async () => {
    const { view } = joined();
    assert.equal(await view.request('double', { of: 21 }), 42);
    await assert.rejects(view.request('fail', {}), /kiwi\.jpg could not be read/);
    await assert.rejects(view.request('lie', {}), /answer could not be read/);
    await assert.rejects(view.request('double', { of: 'x' as never }), /expected number/);
    const deaf = new ViewChannel(boundary, {
      post: () => undefined,
      onSnapshot: () => undefined,
      onChange: () => undefined,
      onTrouble: () => undefined,
    });
    await assert.rejects(deaf.request('double', { of: 1 }, 10), /did not answer/);
    const pending = deaf.request('double', { of: 1 });
    deaf.close();
    await assert.rejects(pending, /was closed/);
  });

  it('drops what it cannot read, and answers methods that only look like one', async () => {
    const { host, view, log, snapshots } = joined();
    for (const nonsense of [
      null,
      'ready',
      { kind: 'ready' },
      { version: 99, kind: 'ready' },
      { version: 1, kind: 'request', id: -1 },
    ]) {
      await host.receive(nonsense);
      view.receive(nonsense);
    }
    await host.receive({ version: 1, kind: 'request', id: 1, method: 'constructor', params: {} });
    assert.deepEqual(snapshots, []);
    assert.ok(log.some((line) => line.includes('There is no request "constructor"')));
  });
});
