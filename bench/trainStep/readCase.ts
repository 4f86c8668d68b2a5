import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TrainStepCase } from './cases.ts';

/** The case whose file is named on the command line. */
export function readCase(): TrainStepCase {
  const file = process.argv[2];
  if (!file) throw new Error('Give the file of a case.');
  // Written by the bench that starts this program.
  return JSON.parse(readFileSync(file, 'utf8')) as TrainStepCase;
}

/** Bytes and labels of so many images, the same for every contender. */
export function makeImages({ topology, classes }: TrainStepCase, count: number) {
  const bytes = count * topology.inputShape[0] * topology.inputShape[1] * 3;
  return {
    pixels: Uint8Array.from({ length: bytes }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 255),
    labels: Int32Array.from({ length: count }, (_, i) => (i * 7) % classes),
  };
}

/**
 * Warms up, says that it is ready, and does as many steps as each line of input says: one call a step, or with `allAtOnce`
 * one call that is given their number.
 */
export async function serveSteps(
  step: (index: number) => Promise<unknown> | void,
  calls: 'oneByOne' | 'allAtOnce' = 'oneByOne',
): Promise<void> {
  for (let index = 0; index < (calls === 'oneByOne' ? 3 : 0); index++) await step(index);
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const count = Number(line);
    const started = process.hrtime.bigint();
    if (calls === 'allAtOnce') await step(count);
    else for (let index = 0; index < count; index++) await step(index);
    console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - started) / 1e9 }));
  }
}
