import { strict as assert } from 'node:assert';
import * as z from 'zod';
import { parseArguments, runArguments } from '../../../extension/commands/commandArguments.ts';
import { Declined } from '../../../extension/commands/declined.ts';
import { changesOf, requestIn, stageOf } from '../../../extension/commands/trainRequest.ts';

const schema = z.strictObject({ ...runArguments, target: z.string().optional() });
const parse = (...args: unknown[]) => parseArguments(args, schema, ['runId', 'target']);
/** As VS Code's menus hand them over. */
const item = { id: 'x', node: { kind: 'run', run: { id: 'a-48' } }, folder: { path: '/w' }, children: [] };
const ladder = { id: 'x', node: { kind: 'ladder' }, folder: { path: '/w' } };
const uri = (path: string) => ({ scheme: 'file', path, fsPath: path });

describe('what a command was called with', () => {
  it('is the JSON of a keybinding', () => {
    assert.deepEqual(parse({ runId: 'a-48', target: '/out' }), { runId: 'a-48', target: '/out' });
    assert.deepEqual(parse('a-48'), { runId: 'a-48' });
    assert.deepEqual(parse(), {});
    assert.deepEqual(parse(undefined, null), {});
  });

  it('is what code says in several arguments, paths as texts or URIs', () => {
    assert.deepEqual(parse('a-48', '/out'), { runId: 'a-48', target: '/out' });
    assert.deepEqual(parse({ runId: 'a-48' }, uri('/out')), { runId: 'a-48', target: '/out' });
    assert.deepEqual(parse({ runId: 'a-48' }, { target: '/out' }), { runId: 'a-48', target: '/out' });
  });

  it('is the run of the item that was clicked, whatever else is selected, and its folder', () => {
    assert.deepEqual(parse(item, [item, ladder]), { runId: 'a-48', folder: '/w' });
    assert.deepEqual(parse(ladder), { folder: '/w' });
  });

  it('is the image of the data problem that was clicked, and its folder', () => {
    const problem = { kind: 'problem', folder: { path: '/w' }, scan: {}, problem: { file: 'lime/00.png' } };
    const schema = z.strictObject({ file: z.string(), folder: z.string().optional() });
    assert.deepEqual(parseArguments([problem], schema, ['file']), { file: 'lime/00.png', folder: '/w' });
    const ofClass = { ...problem, problem: { file: null } };
    assert.throws(() => parseArguments([ofClass], schema, ['file']), Declined);
  });

  it('takes of an item what the command is about', () => {
    const folderOnly = z.strictObject({ folder: z.string().optional() });
    assert.deepEqual(parseArguments([item], folderOnly, ['folder']), { folder: '/w' });
    assert.deepEqual(parseArguments([item], z.strictObject({}), []), {});
  });

  it('is refused with what is wrong where the command does not know it', () => {
    for (const [wrong, why] of [
      [{ runid: 'a-48' }, /\{"runid":"a-48"\}.*runid/s],
      [{ runId: 48 }, /expected string.*runId/s],
      [48, /\{"runId":48\}/],
      [['a-48'], /expected string/],
    ] as const) {
      assert.throws(
        () => parse(wrong),
        (error) => error instanceof Declined && why.test(error.message),
      );
    }
    assert.throws(() => parse('a-48', '/out', 3), /argument 3/);
  });

  it('says what to train: stage and changes of this run only', () => {
    const said = requestIn({ runId: 'a-48', stage: 2, changes: { epochs: 3, freeze: ['conv*'] } });
    assert.deepEqual([said.runId, stageOf(said)], ['a-48', { stage: 1 }]);
    assert.deepEqual(changesOf(said), { changes: { epochs: 3, freeze: ['conv*'] } });
    assert.equal(stageOf(requestIn(undefined)), 'next');
    assert.throws(() => requestIn({ changes: { epoch: 3 } }), /epoch/);
    assert.throws(() => requestIn({ stage: 0 }), /stage/);
  });
});
