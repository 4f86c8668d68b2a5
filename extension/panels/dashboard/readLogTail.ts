import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { decodeEvent, type LoggedEvent } from '../../../trainer/protocol/events.ts';

const mostLines = 200;
const chunkBytes = 256 * 1024;
/** As far back as is looked for lines: between two of them may lie step metrics of hours. */
const mostBytes = 16 * 1024 * 1024;
/** Of a line: its number, time and type stand first. */
const headBytes = 100;
const newline = 0x0a;

/** One line of a run's log, for people. */
export interface LogLine {
  /** Milliseconds since 1970. */
  time: number;
  level: 'information' | 'warning' | 'error';
  text: string;
}

/**
 * Reads the last lines of a run's event log, oldest first, from its end backwards until there are enough. A run without a
 * log has none.
 *
 * @throws an Error with a sentence for the user where the run's folder is gone.
 */
export async function readLogTail(runFolder: string): Promise<LogLine[]> {
  const names = await readdir(runFolder).catch((error: unknown) => {
    throw new Error('The log cannot be read: the folder of this run is gone.', { cause: error });
  });
  const logs = names.filter((name) => /^events-\d{4,}\.jsonl$/.test(name)).sort();
  const newestFirst: LogLine[] = [];
  let left = mostBytes;
  for (const name of logs.reverse()) {
    for await (const text of linesBackwards(path.join(runFolder, name))) {
      left -= text.length;
      // Most of a log, of which nothing is said.
      const isSteps = text.subarray(0, headBytes).includes('"type":"steps"');
      const decoded = text.length === 0 || isSteps ? null : decodeEvent(text.toString('utf8'));
      const said = decoded?.kind === 'event' ? describe(decoded.event) : null;
      if (said !== null) newestFirst.push(said);
      if (newestFirst.length === mostLines || left <= 0) return newestFirst.reverse();
    }
  }
  return newestFirst.reverse();
}

/** The lines of a file, last first, read in chunks. */
async function* linesBackwards(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    let end = (await handle.stat()).size;
    /** Parts of the line that began before what was read, first part first. */
    let begun: Buffer[] = [];
    while (end > 0) {
      const from = Math.max(0, end - chunkBytes);
      const chunk = Buffer.alloc(end - from);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, from);
      let stop = bytesRead;
      while (stop > 0) {
        const at = chunk.lastIndexOf(newline, stop - 1);
        if (at === -1) break;
        yield Buffer.concat([chunk.subarray(at + 1, stop), ...begun]);
        begun = [];
        stop = at;
      }
      begun.unshift(chunk.subarray(0, stop));
      end = from;
    }
    if (begun.length > 0) yield Buffer.concat(begun);
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
