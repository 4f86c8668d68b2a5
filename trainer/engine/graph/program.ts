import { isDeepStrictEqual } from 'node:util';
import { constantLaw, type ConstantSample } from './batchLaw.ts';
import { GraphRefusedError } from './graphRefused.ts';
import { inGraphForm } from './inGraphForm.ts';
import type { ProgramOperation, ProgramSource } from './programOperation.ts';
import type { RecordedOperation, Recording, Source } from './recordOperations.ts';

/** The same work recorded with a batch of `batch` images, and where the values that are wanted came from. */
export interface Sample {
  batch: number;
  recording: Recording;
  results: ReadonlyMap<string, Source>;
}

/**
 * Makes one program for every batch size out of recordings at three sizes: only what the wanted values need.
 *
 * @throws GraphRefusedError when the recordings are not the same work at different sizes.
 */
export function alignRecordings(samples: readonly Sample[]): Map<string, ProgramSource> {
  const [first, ...others] = samples;
  if (!first) throw new Error('A program takes recordings.');
  for (const { recording, results } of others) {
    const names = (operations: readonly RecordedOperation[]) => operations.map(({ name }) => name);
    if (
      !isDeepStrictEqual(names(recording.operations), names(first.recording.operations)) ||
      !isDeepStrictEqual([...results.keys()], [...first.results.keys()])
    ) {
      throw new GraphRefusedError('The model does different work for different batch sizes.');
    }
  }
  const made = new Map<number, ProgramOperation>();

  // Operations stand in the order in which they ran, so recursion is only as deep as the model.
  const sourceOf = (sources: readonly Source[]): ProgramSource => {
    const [source] = sources;
    if (!source) throw new Error('A source was not recorded.');
    switch (source.kind) {
      case 'input':
        if (!sources.every((other) => isDeepStrictEqual(other, source))) throw differs(source.name);
        return source;
      case 'operation':
        if (!sources.every((other) => isDeepStrictEqual(other, source))) throw differs('an operation');
        return { kind: 'operation', operation: operationAt(source.index), output: source.output };
      case 'constant': {
        const constants = sources.map((other, i): ConstantSample => {
          const constant = other.kind === 'constant' ? samples[i]?.recording.constants[other.index] : undefined;
          if (!constant) throw differs('a constant');
          return { batch: samples[i]?.batch ?? 0, constant };
        });
        return { kind: 'constant', law: constantLaw(constants) };
      }
    }
  };
  const operationAt = (index: number): ProgramOperation => {
    const known = made.get(index);
    if (known) return known;
    const recorded = samples.map(({ recording }) => recording.operations[index] ?? unreachable());
    const [operation] = recorded;
    if (!operation) throw new Error(`Operation ${index} was not recorded.`);
    const { name, attributes, outputs } = operation;
    for (const other of recorded) {
      if (!isDeepStrictEqual(other.attributes, attributes) || other.inputs.length !== operation.inputs.length) {
        throw differs(name);
      }
    }
    const program: ProgramOperation = { name, attributes, outputs, inputs: [] };
    made.set(index, program);
    program.inputs = operation.inputs.map((_, i) => sourceOf(recorded.map(({ inputs }) => inputs[i] ?? unreachable())));
    return Object.assign(program, inGraphForm(program));
  };
  // In order of execution first, so that the recursion above finds its inputs done.
  for (const index of neededOperations(first)) operationAt(index);
  const results = new Map<string, ProgramSource>();
  for (const name of first.results.keys()) {
    results.set(name, sourceOf(samples.map((sample) => sample.results.get(name) ?? unreachable())));
  }
  return results;
}

/** Indexes of the operations that the results need, in the order in which they ran. */
function neededOperations({ recording, results }: Sample): number[] {
  const needed = new Set<number>();
  const waiting = [...results.values()];
  for (let source = waiting.pop(); source; source = waiting.pop()) {
    if (source.kind !== 'operation' || needed.has(source.index)) continue;
    needed.add(source.index);
    waiting.push(...(recording.operations[source.index]?.inputs ?? []));
  }
  return [...needed].sort((a, b) => a - b);
}

function differs(what: string): GraphRefusedError {
  return new GraphRefusedError(`The model does different work for different batch sizes (${what} is not the same).`);
}

function unreachable(): never {
  throw new Error('Recordings of unequal length were aligned.');
}
