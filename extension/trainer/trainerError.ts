/** Why a call of the trainer's command line brought nothing. */
export type TrainerFailure =
  | 'notStarted'
  | 'failed'
  | 'killed'
  | 'flooded'
  | 'nonsense'
  | 'timedOut'
  | 'cancelled'
  | 'noNode'
  | 'noNativeEngine'
  | 'notInstalled';

/** A failed call. The message says what happened, to what, and what to do; `lastLines` is what the trainer said last. */
export class TrainerError extends Error {
  readonly failure: TrainerFailure;
  readonly lastLines: readonly string[];
  readonly exitCode: number | null;

  constructor(
    failure: TrainerFailure,
    message: string,
    details: { lastLines?: readonly string[]; exitCode?: number | null } = {},
  ) {
    super(message);
    this.name = 'TrainerError';
    this.failure = failure;
    this.lastLines = details.lastLines ?? [];
    this.exitCode = details.exitCode ?? null;
  }
}
