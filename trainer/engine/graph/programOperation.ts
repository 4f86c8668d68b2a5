import type { ConstantLaw } from './batchLaw.ts';
import type { Attribute } from './graphDef.ts';

/** Where a value of a program comes from. */
export type ProgramSource =
  | { kind: 'operation'; operation: ProgramOperation; output: number }
  | { kind: 'input'; name: string }
  | { kind: 'constant'; law: ConstantLaw };

/** One operation of a program; shapes are those of the first recording. */
export interface ProgramOperation {
  name: string;
  attributes: Readonly<Record<string, Attribute>>;
  inputs: ProgramSource[];
  outputs: readonly { shape: readonly number[]; dataType: number }[];
}
