import { strict as assert } from 'node:assert';
import { NewestRead } from '../../../webviews/dashboard/newestRead.ts';

describe('reading what is wished for now', () => {
  /** A reader whose reads end when they are told to. */
  function slow(everyMs = 0) {
    const begun: { wish: number; end: (error?: Error) => void }[] = [];
    const taken: number[] = [];
    const failures: unknown[] = [];
    const reader = new NewestRead<number, number>({
      everyMs,
      read: (wish) =>
        new Promise((resolve, reject) =>
          begun.push({ wish, end: (error) => (error ? reject(error) : resolve(wish * 10)) }),
        ),
      take: (_, found) => taken.push(found),
      fail: (error) => failures.push(error),
    });
    return { reader, begun, taken, failures, wishes: () => begun.map(({ wish }) => wish) };
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('takes what it read though more was wished for since, then reads the newest', async () => {
    const { reader, begun, taken, wishes } = slow();
    for (const wish of [1, 2, 3]) reader.want(wish);
    assert.deepEqual(wishes(), [1]);
    begun[0]?.end();
    await turn();
    assert.deepEqual([taken, wishes()], [[10], [1, 3]]);
    begun[1]?.end();
    await turn();
    assert.deepEqual(
      [taken, wishes()],
      [
        [10, 30],
        [1, 3],
      ],
    );
  });

  it('is not held up by wishes that keep coming', async () => {
    const { reader, begun, taken } = slow(20);
    const end = setInterval(() => begun.at(-1)?.end(), 5);
    let wish = 0;
    const come = setInterval(() => reader.want(++wish), 2);
    while (taken.length < 3) await turn();
    clearInterval(come);
    clearInterval(end);
    assert.ok(taken.length < wish, `${taken.length} reads for ${wish} wishes`);
  });

  it('reads again after a failure, and nothing after its end', async () => {
    const { reader, begun, taken, failures, wishes } = slow();
    reader.want(1);
    begun[0]?.end(new Error('gone'));
    await turn();
    assert.equal(failures.length, 1);
    reader.want(2);
    reader.want(3);
    reader.end();
    begun[1]?.end();
    await turn();
    assert.deepEqual([taken, wishes()], [[], [1, 2]]);
  });
});
