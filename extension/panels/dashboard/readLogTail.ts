import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { decodeEvent, type LoggedEvent } from '../../../trainer/protocol/events.ts';

/** As much of the newest log file as a person reads; step metrics between the lines take most of it. */
const tailBytes = 256 * 1024;
const mostLines = 200;

/** One line of a run's log, for people. */
export interface LogLine {
  /** Milliseconds since 1970. */
  time: number;
  level: 'information' | 'warning' | 'error';
  text: string;
}

/** Reads the last lines of a run's event log, oldest first, without reading the rest. A run without a log has none. */
export async function readLogTail(runFolder: string): Promise<LogLine[]> {
  const names = (await readdir(runFolder)).filter((name) => /^events-\d{4,}\.jsonl$/.test(name)).sort();
  const lines: LogLine[] = [];
  for (const name of names.slice(-2)) {
    const text = await readTail(path.join(runFolder, name));
    for (const line of text.split('\n')) {
      const decoded = line === '' ? null : decodeEvent(line);
      const said = decoded?.kind === 'event' ? describe(decoded.event) : null;
      if (said !== null) lines.push(said);
    }
  }
  return lines.slice(-mostLines);
}

async function readTail(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - tailBytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const text = buffer.toString('utf8', 0, bytesRead);
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await handle.close();
  }
}

function describe(event: LoggedEvent): LogLine | null {
  const line = (text: string, level: LogLine['level'] = 'information'): LogLine => ({ time: event.time, level, text });
  switch (event.type) {
    case 'attempt':
      return line(
        `Attempt ${event.attempt} on ${event.host} (${event.platform}, Node ${event.node}, Upsize ${event.upsize})`,
      );
    case 'engine':
      return line(
        `Engine: ${event.engine.name}, ${event.engine.mode}${event.engine.fallback === null ? '' : `. ${event.engine.fallback}`}`,
      );
    case 'prepared':
      return line(`Data ready: ${event.train} to train, ${event.validation} to validate, ${event.leftOut} left out`);
    case 'state':
      return line(
        `${event.state}${event.message === null ? '' : `: ${event.message}`}`,
        event.state === 'failed' ? 'error' : 'information',
      );
    case 'learningRate':
      return line(`Learning rate ${event.from} → ${event.to} after epoch ${event.epoch + 1}`);
    case 'resumed':
      return line(`Resumed at step ${event.fromStep}`);
    case 'frozen':
      return event.unchanged
        ? line(`Freeze proof: ${event.tensors} tensors unchanged`)
        : line(`Freeze proof failed: ${event.changedTensors.join(', ')} changed`, 'error');
    case 'evaluated':
      return line(`Evaluated ${event.images} ${event.split} images: ${(event.accuracy * 100).toFixed(1)} %`);
    case 'log':
      return line(event.message, event.level);
    case 'model':
    case 'progress':
    case 'steps':
    case 'epoch':
    case 'checkpoint':
    case 'modelSaved':
    case 'summary':
      return null;
  }
}
