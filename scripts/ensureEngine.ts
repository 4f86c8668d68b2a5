// Installs the native engine into the user's cache if it is missing. Quick where it is there: only its files are looked at.
// Exit code 1 where it cannot be had; what follows then uses WASM.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installNativeEngine, isComplete } from '../trainer/engine/install/installNativeEngine.ts';
import { findBuild, shippedAddon } from '../trainer/engine/native/nativeParts.ts';
import { bytesText } from '../trainer/protocol/numberFormats.ts';
import { ensureSystemPackages } from './systemPackages.ts';

const live = process.stdout.isTTY;
const clearLine = '\r\u001b[2K';
const parts = findBuild('cpu');

if (!parts.found && parts.unsupported) {
  console.error(`upsize: ${parts.reason}`);
  process.exitCode = 1;
} else if (!isComplete()) {
  await install();
}

async function install(): Promise<void> {
  const abort = new AbortController();
  process.once('SIGINT', () =>
    abort.abort(new Error('Interrupted. What was downloaded in full is kept for the next time.')),
  );
  console.log(
    parts.found
      ? 'upsize: Building the addon of the native engine anew …'
      : 'upsize: Installing the native engine (TensorFlow, about 270 MB, once) …',
  );
  let last = '';
  try {
    await ensureCompiler();
    const { folder } = await installNativeEngine({
      signal: abort.signal,
      onProgress: ({ message, bytes, totalBytes }) => {
        const counted = bytes !== undefined && totalBytes !== undefined && totalBytes > 0;
        if (live) {
          process.stdout.write(
            `${clearLine}  ${message}${counted ? ` ${bytesText(bytes)} of ${bytesText(totalBytes)}` : ''}`,
          );
          return;
        }
        // In a log every tenth is enough.
        const line = `  ${message}${counted ? ` ${Math.floor((10 * bytes) / totalBytes) * 10} %` : ''}`;
        if (line !== last) console.log(line);
        last = line;
      },
    });
    if (live) process.stdout.write(clearLine);
    console.log(`upsize: The native engine is in ${folder}.`);
  } catch (error) {
    if (live) process.stdout.write(clearLine);
    console.error(
      `upsize: The native engine cannot be installed: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = abort.signal.aborted ? 130 : 1;
  }
}

/** What builds the addon in a clone, asked for before 270 MB are downloaded in vain. */
async function ensureCompiler(): Promise<void> {
  if (shippedAddon() !== undefined) return;
  const tools: [command: string, debianPackage: string][] = [
    ['c++', 'build-essential'],
    ['make', 'build-essential'],
    ['python3', 'python3'],
  ];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const missing = tools.filter(([command]) => !folders.some((folder) => existsSync(path.join(folder, command))));
  const packages = [...new Set(missing.map(([, debianPackage]) => debianPackage))];
  await ensureSystemPackages('Building the addon that joins Node to TensorFlow needs', packages, (line) =>
    console.log(`upsize: ${line}`),
  );
}
