import { EventReader } from './eventReader.ts';
import type { RunEventOf } from './events.ts';

/** One layer of a run's model, as the graft check describes it. */
export type ModelLayer = RunEventOf<'model'>['layers'][number];

const sliceBytes = 1 << 18;
const mostBytes = 1 << 22;

/** The layers of a run's model, which its log names near its beginning; empty where it does not. */
export function readLayers(runFolder: string): ModelLayer[] {
  const reader = new EventReader(runFolder);
  for (let read = 0; read < mostBytes; read += sliceBytes) {
    const { events, more } = reader.read(sliceBytes);
    for (const event of events) if (event.type === 'model') return event.layers;
    if (!more) break;
  }
  return [];
}
