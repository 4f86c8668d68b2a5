import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { upsizeVersion } from '../../trainer/protocol/upsizeVersion.ts';

const repository = path.join(import.meta.dirname, '..', '..');

/** Notes its arguments, makes what `npm ci` makes, and fails or is killed in the middle as the environment says. */
const npm = `
import { appendFileSync, mkdirSync } from 'node:fs';
appendFileSync(process.env.NPM_CALLS, process.argv.slice(2).join(' ') + '\\n');
mkdirSync('node_modules/.bin', { recursive: true });
if (process.env.NPM_DOES === 'fail') process.exit(7);
if (process.env.NPM_DOES === 'die') process.kill(process.pid, 'SIGKILL');
`;

describe('the set-up of a clone', () => {
  let clone: string;
  let calls: string;
  const write = (file: string, text: string) => {
    const absolute = path.join(clone, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  };
  const run = (task: string, environment: Record<string, string> = {}) => {
    writeFileSync(calls, '');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(clone, 'scripts', 'bootstrap.mjs'), task],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          UPSIZE_ENGINE: '',
          npm_execpath: path.join(clone, 'npm.js'),
          NPM_CALLS: calls,
          ...environment,
        },
      },
    );
    return { status, said: stdout + stderr, npm: readFileSync(calls, 'utf8').split('\n').filter(Boolean) };
  };

  beforeEach(() => {
    clone = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'upsize-clone-')));
    calls = path.join(clone, 'calls');
    for (const script of ['bootstrap.mjs', 'suitableNode.mjs', 'upsize.mjs'])
      cpSync(path.join(repository, 'scripts', script), path.join(clone, 'scripts', script));
    for (const world of ['trainer', 'extension', 'webviews', 'samples']) write(`${world}/one.ts`, '');
    write('scripts/bundles.ts', '');
    write('package.json', '{ "type": "module" }');
    write('package-lock.json', '{}');
    write('npm.js', npm);
    write(
      'esbuild.mjs',
      `import { mkdirSync } from 'node:fs'; mkdirSync('dist', { recursive: true }); console.log('built');`,
    );
    write('scripts/ensureEngine.ts', `process.exitCode = Number(process.env.ENGINE_STATUS ?? 0);`);
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  it('installs the packages without their scripts, builds, and does neither a second time', () => {
    const first = run('setup');
    assert.equal(first.status, 0, first.said);
    assert.equal(first.npm.length, 1);
    assert.match(first.npm[0] ?? '', /^ci --ignore-scripts/);
    assert.match(first.said, /built/);
    assert.ok(existsSync(path.join(clone, 'node_modules', '.bin', 'upsize')), '`npx upsize` works');

    const second = run('setup');
    assert.equal(second.status, 0, second.said);
    assert.deepEqual(second.npm, []);
    assert.doesNotMatch(second.said, /built/);
  });

  it('lets npx find the command line in this very clone', () => {
    const options = { cwd: repository, encoding: 'utf8', env: { ...process.env, npm_execpath: '' } } as const;
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'upsize', '--version'], options);
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), upsizeVersion);
  });

  it('installs again when the lock file is another one, and after an install that was killed', () => {
    assert.notEqual(run('setup', { NPM_DOES: 'die' }).status, 0);
    assert.equal(run('setup').npm.length, 1);
    write('package-lock.json', '{ "lockfileVersion": 3 }');
    assert.equal(run('setup').npm.length, 1);
    assert.deepEqual(run('setup').npm, []);
  });

  it('builds again when a source is newer, the sample’s too', () => {
    run('setup');
    write('samples/two.ts', '');
    assert.match(run('build').said, /built/);
    assert.doesNotMatch(run('build').said, /built/);
  });

  it('says what to do when npm fails', () => {
    const { status, said } = run('setup', { NPM_DOES: 'fail' });
    assert.equal(status, 1);
    assert.match(said, /The packages could not be installed \(npm ci ended with 7\)[^]*run the same command again/);
  });

  it('goes on with WASM where the native engine cannot be had, unless native was asked for', () => {
    const without = run('setup', { ENGINE_STATUS: '1' });
    assert.equal(without.status, 0);
    assert.match(without.said, /Carrying on with the WASM engine/);
    const insisting = run('setup', { ENGINE_STATUS: '1', UPSIZE_ENGINE: 'native' });
    assert.equal(insisting.status, 1);
    assert.match(insisting.said, /The native engine was asked for/);
    assert.equal(run('setup', { ENGINE_STATUS: '1', UPSIZE_ENGINE: 'wasm' }).status, 0);
  });

  it('names the tasks there are when it does not know one', () => {
    const { status, said } = run('train');
    assert.equal(status, 1);
    assert.match(said, /There is no task "train"\. Tasks: setup, build, demo/);
  });
});
