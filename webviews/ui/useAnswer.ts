import { useEffect, useState } from 'preact/hooks';
import { messageOf } from './messageOf.ts';

/** What a request brought; both null while it is under way. */
export interface Answered<T> {
  value: T | null;
  failure: string | null;
}

/**
 * What a request brings. It is asked again when `again` changes, and what it brought before is kept meanwhile, so that
 * nothing flickers; of another subject nothing is kept. With `when` false it is not asked yet.
 */
export function useAnswer<T>(
  ask: () => Promise<T>,
  subject: string,
  { again, when = true }: { again?: unknown; when?: boolean } = {},
): Answered<T> {
  const [found, setFound] = useState<Answered<T> & { subject: string }>({ subject: '', value: null, failure: null });
  useEffect(() => {
    if (!when) return;
    let ended = false;
    ask().then(
      (value) => ended || setFound({ subject, value, failure: null }),
      (error: unknown) =>
        ended ||
        setFound((before) => ({
          subject,
          value: before.subject === subject ? before.value : null,
          failure: messageOf(error),
        })),
    );
    return () => {
      ended = true;
    };
  }, [subject, again, when]);
  return found.subject === subject ? found : { value: null, failure: null };
}
