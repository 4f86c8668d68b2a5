import { strict as assert } from 'node:assert';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Trainer } from '../../../extension/trainer/trainer.ts';
import { chooseNode, nodeCandidates } from '../../../extension/trainer/trainerNode.ts';
import type { ProbeReport } from '../../../trainer/protocol/probeReport.ts';

const report: ProbeReport = {
  version: 1,
  node: 'v24.1.0',
  sharp: '0.35.5',
  engine: 'native',
  tensorflow: '2.20.0',
  nativeInstalled: true,
  loss: 0.7,
};
const onWasm = (whyNotNative: string, nativeInstalled: boolean): ProbeReport => ({
  ...report,
  engine: 'wasm',
  tensorflow: null,
  whyNotNative,
  nativeInstalled,
});

describe('which Node runs the trainer', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-node-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const candidates = () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'node'), '');
    chmodSync(path.join(bin, 'node'), 0o755);
    return nodeCandidates({
      setting: '/opt/node',
      execPath: '/code/code',
      isElectron: true,
      searchPath: `/nowhere${path.delimiter}${bin}`,
    });
  };
  /** Chooses by what each Node's child would say, by source; a text is what goes wrong. Also names those that were asked. */
  const choose = async (
    said: [own: ProbeReport | string, setting: ProbeReport | string, onPath: ProbeReport | string],
  ) => {
    const all = candidates();
    const asked: string[] = [];
    const chosen = await chooseNode(all, (candidate) => {
      asked.push(candidate.source);
      const answer = said[all.indexOf(candidate)];
      return typeof answer === 'object' ? Promise.resolve(answer) : Promise.reject(new Error(answer));
    });
    const { file, engine, whyNotNative, settingFault } = chosen;
    return { file, engine, why: whyNotNative, asked: asked.length, settingFault };
  };

  it('is tried in the order VS Code’s own, the setting’s, the one on PATH', () => {
    const [own, setting, onPath] = candidates();
    assert.deepEqual(own, {
      file: '/code/code',
      environment: { ELECTRON_RUN_AS_NODE: '1' },
      source: 'VS Code’s own Node',
    });
    assert.equal(setting?.file, '/opt/node');
    assert.equal(onPath?.file, path.join(folder, 'bin', 'node'));
  });

  it('is VS Code’s own where that trains natively, and no other is asked', async () => {
    assert.partialDeepStrictEqual(await choose([report, report, report]), {
      file: '/code/code',
      engine: 'native',
      why: null,
      asked: 1,
    });
  });

  it('is another where VS Code’s own cannot load the engine that is installed', async () => {
    const chosen = await choose([onWasm('could not be loaded', true), 'no such file', report]);
    assert.deepEqual([chosen.engine, chosen.asked], ['native', 3]);
  });

  it('is VS Code’s own with WASM, and why, where no engine is installed', async () => {
    const chosen = await choose([onWasm('It is not installed.', false), report, report]);
    const expected = { file: '/code/code', engine: 'wasm', why: 'It is not installed.', asked: 1 };
    assert.partialDeepStrictEqual(chosen, expected);
  });

  it('says that the setting’s cannot be used, though another one can', async () => {
    const untried = await choose([report, report, report]);
    assert.equal(untried.settingFault, `the setting upsize.nodePath (/opt/node): there is no program of that name`);
    const bin = path.join(folder, 'bin', 'node');
    const tried = await chooseNode(
      nodeCandidates({ setting: bin, execPath: '/code/code', isElectron: false, searchPath: '' }),
      ({ file }) =>
        file === bin
          ? Promise.resolve({ ...report, node: 'v18.0.0' })
          : Promise.resolve(onWasm('no such symbol', true)),
    );
    assert.equal(tried.file, '/code/code');
    assert.match(tried.settingFault ?? '', /upsize\.nodePath \(.*\): it is Node v18\.0\.0; 22 or newer is needed$/);
    const none = nodeCandidates({ setting: '', execPath: '/code/code', isElectron: false, searchPath: '' });
    assert.equal((await chooseNode(none, () => Promise.resolve(report))).settingFault, null);
  });

  it('is no Node that is too old', async () => {
    const chosen = await choose([{ ...report, node: 'v20.19.0' }, report, report]);
    assert.equal(chosen.file, '/opt/node');
  });

  it('is none where none works, and the message says what was tried, what failed and what to do', async () => {
    await assert.rejects(
      choose(['it crashed', { ...report, node: 'v18.0.0' }, 'no sharp']),
      /No Node here can run .*Set "upsize\.nodePath" to a Node 22 or newer\. Tried: VS Code’s own Node \(\/code\/code\): it crashed; the setting upsize\.nodePath \(\/opt\/node\): it is Node v18\.0\.0; 22 or newer is needed; node on PATH .*: no sharp/,
    );
  });

  it('is found by the trainer’s own probe in a child, and asked for once', async () => {
    const entry = path.join(folder, 'trainer.cjs');
    const counter = path.join(folder, 'asked');
    writeFileSync(
      entry,
      `require('node:fs').appendFileSync(${JSON.stringify(counter)}, process.argv.slice(2).join(' ') + '\\n');
       console.log(${JSON.stringify(JSON.stringify(report))});`,
    );
    const lines: string[] = [];
    const trainer = new Trainer({
      entry,
      nodePath: () => '',
      engine: () => 'auto',
      requireTrust: () => undefined,
      log: (line) => lines.push(line),
    });
    const [first, second] = await Promise.all([trainer.node(), trainer.node()]);
    assert.equal(first, second);
    assert.equal(first.file, process.execPath);
    assert.match(lines.join('\n'), /The trainer runs in VS Code’s own Node \(.*\), engine native/);
    assert.equal(readFileSync(counter, 'utf8'), 'engine probe\n');
  });
});
