import type { DatasetProblem } from '../protocol/datasetProblem.ts';

/** Why a data set cannot be trained on: a message for the user, and every problem that was found until then. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly problems: readonly DatasetProblem[];

  constructor(message: string, problems: readonly DatasetProblem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}
