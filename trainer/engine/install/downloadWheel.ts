import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type EngineWheel, wheelPython } from '../tensorflowRelease.ts';
import type { OnInstallProgress } from './installProgress.ts';
import { runTool } from './runTool.ts';

/** A way to call pip: the user's own, in the order in which they are tried. */
const pipCommands: readonly (readonly string[])[] = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['python', '-m', 'pip'],
  ['uv', 'tool', 'run', 'pip'],
];

/** What pip says where PyPI cannot be reached; "no matching distribution" may mean an old pip, and another is tried. */
const noNetwork = /NewConnectionError|ConnectTimeoutError|NameResolutionError|Max retries exceeded|ProxyError/;

/** Lower-case hex SHA-256 of a file, read in pieces. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(piece as Buffer);
  }
  return hash.digest('hex');
}

/**
 * Downloads a wheel by the user's own pip (or uv) into `work` and returns its path, checked against its SHA-256. pip
 * picks by platform tag, whatever the user's Python is, and knows the user's mirrors, proxies and certificates.
 *
 * @throws Error that says which ways were tried, what each said, and what to do.
 */
export async function downloadWheel(
  wheel: EngineWheel,
  work: string,
  options: { onProgress: OnInstallProgress; signal?: AbortSignal | undefined; pip?: readonly (readonly string[])[] },
): Promise<string> {
  const destination = join(work, 'wheel');
  const temporary = join(work, 'tmp');
  for (const folder of [destination, temporary]) mkdirSync(folder, { recursive: true });
  const what = wheel.package.startsWith('tensorflow')
    ? `TensorFlow ${wheel.version}`
    : `${wheel.package} ${wheel.version}`;
  const tried: string[] = [];
  for (const [program, ...prefix] of options.pip ?? pipCommands) {
    if (program === undefined) continue;
    const name = [program, ...prefix].join(' ');
    // Old pips show no progress when not on a terminal, so the growing file is watched instead.
    const watch = setInterval(() => {
      const bytes = bytesBelow(work);
      options.onProgress({
        phase: 'downloading',
        message: `Downloading ${what} with ${name}`,
        bytes: Math.min(bytes, wheel.bytes),
        totalBytes: wheel.bytes,
      });
    }, 250);
    const result = await runTool(
      program,
      [
        ...prefix,
        'download',
        '--no-deps',
        '--only-binary=:all:',
        `--platform=${wheel.platformTag}`,
        `--python-version=${wheelPython}`,
        '--disable-pip-version-check',
        '--no-input',
        // Enough for a hiccup; offline, each way to call pip is to fail in seconds.
        '--retries=2',
        '--timeout=10',
        '--quiet',
        `--dest=${destination}`,
        `${wheel.package}==${wheel.version}`,
      ],
      { env: { TMPDIR: temporary, PYTHONWARNINGS: 'ignore' }, signal: options.signal },
    ).finally(() => clearInterval(watch));
    options.signal?.throwIfAborted();
    if (result.status === 0) {
      const path = join(destination, wheel.fileName);
      if (statSync(path, { throwIfNoEntry: false }) === undefined) {
        tried.push(
          `${name} downloaded ${readdirSync(destination).join(', ') || 'nothing'} instead of ${wheel.fileName}`,
        );
        continue;
      }
      options.onProgress({ phase: 'checking', message: 'Checking the download' });
      const digest = await sha256OfFile(path, options.signal);
      if (digest === wheel.sha256) return path;
      renameSync(path, `${path}.wrong`);
      tried.push(`${name} downloaded a file whose SHA-256 is ${digest} instead of ${wheel.sha256}: it was thrown away`);
      continue;
    }
    tried.push(
      result.notStarted ? `${name}: not found` : `${name}: ${lastLine(result.stderr) ?? `status ${result.status}`}`,
    );
    // The other ways to call pip would wait for the same network.
    if (noNetwork.test(result.stderr)) break;
  }
  throw new Error(
    `${what} could not be downloaded from PyPI.\n${tried.map((line) => `  ${line}`).join('\n')}\n` +
      (tried.every((line) => line.endsWith(': not found'))
        ? 'Install Python with pip, or uv, and try again.'
        : `Check the network, or copy ${wheel.fileName} from another machine into ${dirname(work)}, and try again.`) +
      ' Until then Upsize trains on the processor, and with the WASM engine where the native one is not installed, which is slower.',
  );
}

function bytesBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
      .reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0);
  } catch {
    // A file vanished while it was counted: the next look counts again.
    return 0;
  }
}

function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1);
}
