import { createContext, Script } from 'node:vm';
import { DatasetError } from './datasetError.ts';

/** Longest regular expression that is accepted. */
const maximumPatternLength = 500;
/** How long all file names together may take; a backtracking pattern takes for ever on one. */
const timeLimitMs = 2000;

/**
 * The group of each file name: the first capture of a regular expression, or what it matched when it captures nothing;
 * null for names that do not match.
 *
 * @throws DatasetError when the expression is not valid, or so slow that it backtracks without end.
 */
export function groupsByName(pattern: string, names: readonly string[]): (string | null)[] {
  if (pattern.length > maximumPatternLength) {
    throw new DatasetError(`groupBy: longer than ${maximumPatternLength} characters. Shorten the expression.`);
  }
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError(`groupBy: "${pattern}" is no regular expression (${reason}).`, [], { cause: error });
  }
  // Only a script can be given a deadline in the middle of a match. Text is all that goes in and comes out.
  const context = createContext({ pattern, names: JSON.stringify(names) });
  const script = new Script(
    `{ const expression = new RegExp(pattern, 'u');
       JSON.stringify(JSON.parse(names).map((name) => { const m = expression.exec(name); return m ? (m[1] ?? m[0]) : null; })) }`,
  );
  let result: unknown;
  try {
    result = JSON.parse(String(script.runInContext(context, { timeout: timeLimitMs })));
  } catch (error) {
    throw new DatasetError(
      `groupBy: "${pattern}" takes longer than ${timeLimitMs / 1000} s on ${names.length} file names. ` +
        'Avoid repetitions inside repetitions, such as (a+)+.',
      [],
      { cause: error },
    );
  }
  if (!Array.isArray(result)) throw new TypeError('an array was expected');
  return result.map((group: unknown) => (typeof group === 'string' ? group : null));
}
