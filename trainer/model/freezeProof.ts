import { createHash } from 'node:crypto';
import type { NamedArray } from '../engine/trainStep.ts';
import { hashTensor } from './modelWeights.ts';

/** SHA-256 of every frozen tensor, moving statistics included, by the tensor's name. */
export type FrozenHashes = ReadonlyMap<string, string>;

/** Whether what was frozen is what it was, as the run's `frozen` event records it. */
export interface FreezeProof {
  /** How many tensors are frozen. */
  tensors: number;
  sha256Before: string;
  sha256After: string;
  unchanged: boolean;
  changedTensors: string[];
}

/** Hashes the tensors of the frozen layers (`freeze` returns their names) among all weights of the model. */
export function hashFrozen(weights: readonly NamedArray[], frozenLayers: readonly string[]): FrozenHashes {
  const frozen = new Set(frozenLayers);
  const tensors = weights.filter(({ name }) => frozen.has(name.slice(0, name.lastIndexOf('/'))));
  return new Map(tensors.map((tensor) => [tensor.name, hashTensor(tensor)]));
}

/** Compares the hashes from before training with those from after it. */
export function freezeProof(before: FrozenHashes, after: FrozenHashes): FreezeProof {
  const names = new Set([...before.keys(), ...after.keys()]);
  const changedTensors = [...names].filter((name) => before.get(name) !== after.get(name));
  return {
    tensors: before.size,
    sha256Before: combined(before),
    sha256After: combined(after),
    unchanged: changedTensors.length === 0,
    changedTensors,
  };
}

/** Throws, naming the tensors, when something that was frozen has changed. */
export function verifyFreezeProof({ unchanged, changedTensors, tensors }: FreezeProof): void {
  if (unchanged) return;
  throw new Error(
    `The freeze did not hold: ${changedTensors.length} of ${tensors} frozen tensors changed in training (${changedTensors.join(', ')}). ` +
      'The result is not what was asked for, so the run fails. This is a fault of Upsize or its engine; please report it with the run folder.',
  );
}

function combined(hashes: FrozenHashes): string {
  const hash = createHash('sha256');
  for (const [name, digest] of [...hashes].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${name} ${digest}\n`);
  return hash.digest('hex');
}
