import { strict as assert } from 'node:assert';
import path from 'node:path';
import { runLogged } from '../../scripts/runLogged.ts';
import { upsizeVersion } from '../../trainer/protocol/upsizeVersion.ts';
import { olderNode } from './olderNode.ts';

const repository = path.resolve(import.meta.dirname, '..', '..');
const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
/** Real children, a worker thread, the graft and the predictor, in about a minute. */
const shortSuite = ['graftCheck', 'predictor', 'check'].map((name) => path.join('test', 'trainer', `${name}.test.ts`));

describe('older versions of Node', function () {
  this.timeout(30 * 60_000);
  const onNode = (node: string, ...args: string[]) =>
    runLogged({
      file: node,
      args,
      cwd: repository,
      // The first Node on the PATH is the one that children ask for.
      env: {
        PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
        NODE_OPTIONS: undefined,
        UPSIZE_TEST_SUMMARY: undefined,
      },
      timeoutMs: 20 * 60_000,
    });

  it('train: the trainer’s short tests pass on Node 22', async () => {
    const node = await olderNode('^22.18.0');
    assert.match(await onNode(node, '--version'), /^v22\./);
    const said = await onNode(node, mocha, '--exit', '--timeout', '60000', '--reporter', 'dot', ...shortSuite);
    assert.match(said, /\d+ passing/);
    assert.doesNotMatch(said, /pending|failing/);
  });

  it('begin: set-up and command line of a clone start from Node 20.19', async () => {
    const node = await olderNode('~20.19.0');
    assert.match(await onNode(node, '--version'), /^v20\.19\./);
    assert.match(await onNode(node, path.join('scripts', 'bootstrap.mjs'), 'build'), /Ready/);
    assert.equal((await onNode(node, path.join('scripts', 'upsize.mjs'), '--version')).trim(), upsizeVersion);
  });
});
