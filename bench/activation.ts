import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { extensionBundle } from '../scripts/bundles.ts';
import { packageVsix } from '../scripts/packaging/packageVsix.ts';
import { startBrowserVscode } from '../test/integration/harness/browserVscode.ts';
import type { Bench } from './bench.ts';
import { benchRow } from './benchRow.ts';

/** What the extension costs a window: how long its activation takes in a real extension host, and how much is loaded for it. */
export const activationBench: Bench = {
  name: 'activation',
  title:
    'Activation of the extension in the extension host of a real VS Code, in a folder without a config, each in a new window that has become calm; and the code that is loaded for it, as it ships.',
  async run({ rounds, quick, progress }) {
    const kilobytes = (await bytesLoaded()) / 1000;
    progress(`${kilobytes.toFixed(0)} KB are loaded`);
    const size = { unit: 'KB', better: 'less' as const, upsize: [kilobytes], goal: { atMost: 250 } };
    const milliseconds = await activationTimes(quick ? 1 : rounds, progress);
    const time = { unit: 'ms', better: 'less' as const, upsize: milliseconds, goal: { atMost: 50 } };
    return [benchRow({ case: 'activation', ...time }), benchRow({ case: 'loaded when activated', ...size })];
  },
};

async function activationTimes(rounds: number, progress: (line: string) => void): Promise<number[]> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'upsize-activation-'));
  const folder = path.join(scratch, 'workspace');
  mkdirSync(folder);
  const vsix = await packageVsix({
    ...{ root: path.resolve(import.meta.dirname, '..'), target: `${process.platform}-${process.arch}` },
    ...{ version: packageJson.version, scratch: path.join(scratch, 'package'), out: path.join(scratch, 'out') },
  });
  const vscode = await startBrowserVscode({ vsix: vsix.file });
  const times: number[] = [];
  try {
    // The first window also starts VS Code itself: it is not counted.
    for (let round = 0; round <= rounds; round++) {
      const window = await vscode.open({ folder });
      const took = await window.evaluate(async (api) => {
        const extension = api.extensions.getExtension('upsize.upsize');
        if (!extension) throw new Error('VS Code does not know the extension.');
        if (extension.isActive) throw new Error('The extension was active before it was asked for.');
        // What else a new window has to do must be over, or it is counted too.
        for (let calm = 0; calm < 20;) {
          const asked = performance.now();
          await new Promise((resolve) => setTimeout(resolve, 50));
          calm = performance.now() - asked < 55 ? calm + 1 : 0;
        }
        const started = performance.now();
        await extension.activate();
        return performance.now() - started;
      });
      progress(`${took.toFixed(1)} ms`);
      if (round > 0) times.push(took);
      await window.close();
    }
  } finally {
    await vscode.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return times;
}

/** Bytes of `extension.js` and all that it imports at once. */
async function bytesLoaded(): Promise<number> {
  const settings = { production: true, dist: path.join(tmpdir(), 'upsize-unwritten') };
  const { metafile } = await build({ ...extensionBundle(settings), write: false, metafile: true });
  const entry = Object.keys(metafile.outputs).find((file) => path.basename(file) === 'extension.js') ?? '';
  const loaded = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const { kind, path: imported } of metafile.outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && imported in metafile.outputs) waiting.push(imported);
    }
  }
  return [...loaded].reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? 0), 0);
}
