import { describeFailure } from '../stages/describeFailure.ts';

/** What Node and JavaScript throw where a program is wrong, rather than its input. */
const ownFaults = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * What to tell the user of an error: its message where it was made for people; for a fault of Upsize itself that it is one,
 * and how to see the details. With `details` the stack follows.
 */
export function explainError(error: unknown, details: boolean): string {
  const own =
    error instanceof Error &&
    !('code' in error) &&
    (ownFaults.some((fault) => error instanceof fault) || error.name.endsWith('ZodError'));
  const message = describeFailure(error);
  const shown = own ? `This is a fault in Upsize itself: ${message.split('\n')[0] ?? ''}` : message;
  if (details) return `${shown}\n${stackOf(error)}`;
  return own ? `${shown}\nRun it again with UPSIZE_DEBUG=1 to see where.` : shown;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
