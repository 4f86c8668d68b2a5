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
    const { activation, ready } = await activationTimes(quick ? 1 : rounds, progress);
    const time = { unit: 'ms', better: 'less' as const };
    return [
      benchRow({ case: 'activation', ...time, upsize: activation, goal: { atMost: 50 } }),
      benchRow({ case: 'activation and a first look at the runs', ...time, upsize: ready, goal: null }),
      benchRow({ case: 'loaded when activated', ...size }),
    ];
  },
};

/** Milliseconds of each round: until `activate` has returned, and until a command has seen the runs of the folder. */
async function activationTimes(rounds: number, progress: (line: string) => void) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'upsize-activation-'));
  const folder = path.join(scratch, 'workspace');
  mkdirSync(folder);
  const vsix = await packageVsix({
    ...{ root: path.resolve(import.meta.dirname, '..'), target: `${process.platform}-${process.arch}` },
    ...{ version: packageJson.version, scratch: path.join(scratch, 'package'), out: path.join(scratch, 'out') },
  });
  const vscode = await startBrowserVscode({ vsix: vsix.file });
  const times = { activation: [] as number[], ready: [] as number[] };
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
        const activation = performance.now() - started;
        await api.commands.executeCommand('upsize.refreshRuns');
        return { activation, ready: performance.now() - started };
      });
      progress(`${took.activation.toFixed(1)} ms, ${took.ready.toFixed(1)} ms until a command can run`);
      if (round > 0) {
        times.activation.push(took.activation);
        times.ready.push(took.ready);
      }
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
