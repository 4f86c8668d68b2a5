import { durationText } from './numberFormats.ts';
import { isLive, type RunState } from './runState.ts';
import type { Run } from './runSummary.ts';

/** The host whose process has a run that has not ended, and when it was last heard, in milliseconds since 1970. */
export interface Elsewhere {
  host: string;
  lastHeard: number;
}

/** Null where a run has ended or belongs to this host. */
export function elsewhereOf({ ownership, overview }: Run): Elsewhere | null {
  if (ownership?.kind !== 'elsewhere' || !isLive(overview.state)) return null;
  return { host: ownership.owner.host, lastHeard: ownership.lastHeard };
}

/** The state for people: of a run that another host has it says which, and since when it was not heard. */
export function stateText(state: RunState, elsewhere: Elsewhere | null, now = Date.now()): string {
  if (elsewhere === null) return state;
  const { host, lastHeard } = elsewhere;
  if (state !== 'interrupted') return `${state} (host ${host})`;
  return `unknown (host ${host}, last heard ${durationText((now - lastHeard) / 1000)} ago)`;
}

/** `stateText` of a run. */
export function stateTextOf(run: Run): string {
  return stateText(run.state, elsewhereOf(run));
}
