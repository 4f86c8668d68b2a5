import { readFileSync, writeFileSync } from 'node:fs';
import { decodeEvent, encodeEvent } from '../../trainer/protocol/events.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';

/**
 * Rewrites the log of a short run that has ended as if another version of Upsize had trained it: one of as many characters, so
 * that who follows the log goes on at the right place.
 */
export function madeByUpsize(folder: string, upsize: string): void {
  const file = runPaths(folder).events(1);
  const lines = readFileSync(file, 'utf8').split('\n');
  const rewritten = lines.map((line) => {
    const decoded = decodeEvent(line);
    if (decoded.kind !== 'event' || decoded.event.type !== 'attempt') return line;
    const { seq, time, ...event } = decoded.event;
    return encodeEvent({ ...event, upsize }, seq, time).trimEnd();
  });
  writeFileSync(file, rewritten.join('\n'));
}
