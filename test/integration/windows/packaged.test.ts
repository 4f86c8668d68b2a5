import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageVsix } from '../../../scripts/packaging/packageVsix.ts';
import { checkInstalled } from '../../../trainer/engine/native/nativeParts.ts';
import { nativeLayout } from '../../../trainer/engine/engineCache.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { checkVsixFiles } from '../harness/vsixFiles.ts';
import { ended, shownRuns, startedRun, tinyWorkspace, until, upsizeIn } from '../harness/upsizeWindow.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const target = `${process.platform}-${process.arch}`;
const [version, nextVersion] = ['90.0.1', '90.0.2'];

/**
 * A user's cache with the libraries of this machine's native engine, as an install leaves them, and no addon: that comes from
 * the package. Gives the engine that can run with it.
 */
async function makeCache(cache: string): Promise<'native' | 'wasm'> {
  const own = nativeLayout();
  await mkdir(cache, { recursive: true });
  if ('fault' in checkInstalled(own)) return 'wasm';
  const layout = nativeLayout({ ...process, env: { UPSIZE_CACHE: cache } });
  await mkdir(layout.folder, { recursive: true });
  await symlink(own.libraries, layout.libraries);
  await copyFile(own.record, layout.record);
  return 'native';
}

/** Folders from which a module of the file could resolve packages by Node's rules. */
function packageFolders(file: string): string[] {
  const folder = path.dirname(file);
  const own = path.join(folder, 'node_modules');
  return [...(existsSync(own) ? [own] : []), ...(folder === file ? [] : packageFolders(folder))];
}

describe('the package that users install', function () {
  this.timeout(300_000);
  let scratch: string;
  let vsix: { file: string; bytes: number };
  let nextVsix: string;
  let workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  let vscode: BrowserVscode;
  let window: VscodeWindow;
  /** What can be had here, and what trains: WASM also where it is asked for. */
  let available: 'native' | 'wasm';
  let engine: 'native' | 'wasm';
  const trained: string[] = [];

  const installed = () =>
    window.evaluate((api) => {
      const extension = api.extensions.getExtension('upsize.upsize');
      const packageJson: unknown = extension?.packageJSON;
      const found = typeof packageJson === 'object' && packageJson !== null && 'version' in packageJson;
      return extension && found ? { folder: extension.extensionPath, version: packageJson.version } : null;
    });
  const train = async (...args: unknown[]) => {
    const run = await ended(workspace.folder, startedRun(await upsizeIn(window, 'trainNextStage', ...args)));
    assert.equal(run.state, 'completed', run.summary.message ?? '');
    assert.equal(run.summary.engine?.name, engine, run.summary.engine?.fallback ?? '');
    trained.push(run.id);
    await upsizeIn(window, 'refreshRuns');
    return run;
  };

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'upsize-packaged-'));
    const out = path.join(scratch, 'out');
    const build = (number: string) =>
      packageVsix({ root, target, scratch: path.join(scratch, number), version: number, out });
    vsix = await build(version);
    nextVsix = (await build(nextVersion)).file;
    available = await makeCache(path.join(scratch, 'cache'));
    engine = process.env['UPSIZE_ENGINE'] === 'wasm' ? 'wasm' : available;
    workspace = await tinyWorkspace();
    vscode = await startBrowserVscode({
      vsix: vsix.file,
      environment: { UPSIZE_CACHE: path.join(scratch, 'cache'), NODE_PATH: '' },
    });
    window = await vscode.open({ folder: workspace.folder });
  });
  after(async () => {
    await vscode?.stop();
    await workspace?.remove();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  });

  it('is under 30 MB', () => {
    assert.ok(vsix.bytes > 1_000_000 && vsix.bytes < 30_000_000, `${vsix.bytes} bytes`);
  });

  it('holds no source, no test and no TensorFlow, but what the engines need', async () => {
    await checkVsixFiles(vsix.file, target, { addon: available === 'native' });
  });

  it('trains three stages with no node_modules in reach but its own', async () => {
    const extension = await installed();
    assert.equal(extension?.version, version);
    const dist = path.join(extension.folder, 'dist');
    assert.deepEqual(packageFolders(path.join(dist, 'trainer.cjs')), [path.join(dist, 'node_modules')]);
    for (const size of [16, 32, 64]) {
      const run = await train();
      assert.equal(run.manifest.config.stage.size, size);
    }
  });

  it('predicts, and still has no native module in its extension host', async () => {
    const photo = path.join(workspace.folder, 'photos', 'lime', '07.png');
    const answer = await upsizeIn(window, 'predictImage', { file: photo });
    assert.match(JSON.stringify(answer), /"trueClass":"lime"/);
    const { loaded, appRoot } = await window.evaluate((api) => {
      const report: unknown = process.report.getReport();
      const isReport = typeof report === 'object' && report !== null && 'sharedObjects' in report;
      return { loaded: isReport ? report.sharedObjects : null, appRoot: api.env.appRoot };
    });
    assert.ok(Array.isArray(loaded) && loaded.length > 0);
    // VS Code has native modules of its own.
    const others = loaded.map(String).filter((file) => !file.startsWith(appRoot));
    assert.deepEqual(
      others.filter((file) => /\.node$|sharp|vips|tensorflow/.test(file)),
      [],
    );
  });

  it('keeps engine and runs when it is updated, and trains on from them', async () => {
    const record = nativeLayout({ ...process, env: { UPSIZE_CACHE: path.join(scratch, 'cache') } }).record;
    const engineBefore = engine === 'native' ? (await stat(record)).mtimeMs : null;
    const weights = path.join(workspace.folder, '.upsize', 'runs', trained[2] ?? '', 'model', 'model.json');
    const model = await readFile(weights);
    await window.evaluate(async (api, file) => {
      await api.commands.executeCommand('workbench.extensions.installExtension', api.Uri.file(file));
    }, nextVsix);
    await window.reload();
    await until('the next version is loaded', async () => (await installed())?.version === nextVersion);
    await until('its view shows the three stages', async () => {
      const shown = (await shownRuns(window)).filter((line) => /(16|32|64).*%/.test(line));
      return shown.length >= 3 && shown;
    });
    assert.deepEqual(new RunStore(workspace.folder).ids().sort(), [...trained].sort());
    assert.deepEqual(await readFile(weights), model);
    const run = await train({ runId: trained[1], changes: { epochs: 1 } });
    assert.equal(run.manifest.parentId, trained[1]);
    assert.equal(engine === 'native' ? (await stat(record)).mtimeMs : null, engineBefore);
  });
});
