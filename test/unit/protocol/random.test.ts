import { strict as assert } from 'node:assert';
import { philox, randomAt, shuffle, textSeed } from '../../../trainer/protocol/random.ts';

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('random', () => {
  it('gives the words that the authors of Philox publish', () => {
    // Known answers for philox4x32, 10 rounds, of the Random123 distribution (kat_vectors).
    assert.equal(hex(philox(0, 0, 0, 0, 0, 0)), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = 0xffffffff;
    assert.equal(hex(philox(ones, ones, ones, ones, ones, ones)), '408f276d 41c83b0e a20bc7c6 6d5451fd');
    assert.equal(
      hex(philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)),
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });

  it('repeats a place and differs between places', () => {
    const draw = (...place: [number, 'dropout' | 'shuffle', number?, number?, number?]) => {
      const random = randomAt(...place);
      return Array.from({ length: 9 }, () => random.next());
    };
    assert.deepEqual(draw(7, 'dropout', 1, 2, 3), draw(7, 'dropout', 1, 2, 3));
    const others = [draw(8, 'dropout', 1, 2, 3), draw(7, 'shuffle', 1, 2, 3), draw(7, 'dropout', 2, 1, 3)];
    for (const other of others) assert.notDeepEqual(other, draw(7, 'dropout', 1, 2, 3));
  });

  it('draws evenly from [0, 1)', () => {
    const random = randomAt(1, 'weights');
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) buckets[Math.floor(random.next() * 10)]! += 1;
    // 20,000 draws in 10 buckets: 2,000 each, standard deviation 42.
    for (const count of buckets) assert.ok(Math.abs(count - 2000) < 5 * 42, buckets.join(' '));
  });

  it('shuffles into a permutation that the seed decides', () => {
    const order = (seed: number) => [
      ...shuffle(
        Uint32Array.from({ length: 50 }, (_, i) => i),
        randomAt(seed, 'shuffle'),
      ),
    ];
    assert.deepEqual(order(3), order(3));
    assert.notDeepEqual(order(3), order(4));
    assert.deepEqual(
      [...order(3)].sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    );
  });

  it('tells names apart', () => {
    assert.equal(textSeed(''), 0x811c9dc5);
    assert.equal(textSeed('a'), 0xe40c292c); // published FNV-1a vector
    assert.notEqual(textSeed('s48_conv1/kernel'), textSeed('s96_conv1/kernel'));
  });
});
