import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { activateUpsize, ended, eventually, startedRun, upsize, workspacePath } from './upsizeApi.ts';

async function hoverText(document: vscode.TextDocument, text: string): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(text) + Math.floor(text.length / 2));
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  const texts = hovers.flatMap(({ contents }) =>
    contents.map((each) => (typeof each === 'string' ? each : each.value)),
  );
  return texts.filter((each) => each.includes('by ') || each.includes('Upsize')).join('\n');
}

describe('what a trained run says of images', () => {
  let runId = '';
  const photo = (name: string) => path.join(workspacePath(), 'photos', ...name.split('/'));

  before(async () => {
    await activateUpsize();
    for (const command of ['startNewLadder', 'trainNextStage']) {
      runId = startedRun(await upsize(command, ...(runId === '' ? [] : [{ runId }])));
      assert.equal((await ended(runId)).state, 'completed');
      await upsize('refreshRuns');
    }
  });

  it('stands in a hover over a path, however it is written and in whatever text', async () => {
    const languages: [language: string, content: string, path: string][] = [
      ['python', "image = load('photos/lime/00.png')", 'photos/lime/00.png'],
      ['markdown', '![a picture](photos/cherry/01.png)', 'photos/cherry/01.png'],
      ['csv', 'photos/banana/02.png,banana', 'photos/banana/02.png'],
      ['yaml', 'image: lime/03.png', 'lime/03.png'],
      ['json', JSON.stringify({ image: photo('lime/04.png') }), photo('lime/04.png')],
      ['plaintext', `see file://${photo('cherry/05.png')} there`, photo('cherry/05.png')],
    ];
    for (const [language, content, written] of languages) {
      const document = await vscode.workspace.openTextDocument({ language, content });
      const text = await hoverText(document, written);
      assert.match(text, /!\[.*\]\(data:image\/webp;base64,/, `${language}: no picture`);
      assert.match(text, /banana.*%/, `${language}: no bars`);
      assert.match(text, /folder says (lime|cherry|banana) [✓✗]/, `${language}: no truth`);
      assert.match(text, /· 16: (lime|cherry|banana) [\d.]+ %$/m, `${language}: no earlier stage`);
      assert.match(text, /by 32 px [0-9a-f]+/, `${language}: no model name`);
      assert.ok(text.length <= 100_000, `${language}: ${text.length} characters`);
    }
  });

  it('stands in a hover in a notebook cell', async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'show("photos/lime/06.png")', 'python');
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]));
    const document = notebook.cellAt(0).document;
    assert.match(await hoverText(document, 'photos/lime/06.png'), /folder says lime/);
  });

  it('stands nowhere over a path of nothing, or when it is turned off', async () => {
    const missing = await vscode.workspace.openTextDocument({ content: 'photos/lime/none.png' });
    assert.equal(await hoverText(missing, 'photos/lime/none.png'), '');
    const there = await vscode.workspace.openTextDocument({ content: 'photos/lime/00.png' });
    assert.equal(await upsize('togglePredictionHover'), false);
    assert.equal(await hoverText(there, 'photos/lime/00.png'), '');
    assert.equal(await upsize('togglePredictionHover'), true);
    assert.match(await hoverText(there, 'photos/lime/00.png'), /by 32 px/);
  });

  it('names the run as people do, and leads to the image and to what another run says', async () => {
    await upsize('renameRun', runId, 'Sharp eye');
    const document = await vscode.workspace.openTextDocument({ content: 'photos/lime/00.png' });
    const text = await hoverText(document, 'photos/lime/00.png');
    assert.match(text, /by Sharp eye \(32 px\)/);
    const link = (title: string): unknown[] => {
      const query = new RegExp(`\\[${title}\\]\\(command:[\\w.]+\\?([^)]*)\\)`).exec(text)?.[1];
      return JSON.parse(decodeURIComponent(query ?? '')) as unknown[];
    };
    assert.partialDeepStrictEqual(link('Open'), [{ scheme: 'file', path: photo('lime/00.png') }]);
    const asked = upsize('predictImage', ...link('Predict with another run'));
    const answer = await eventually('another run was chosen', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return Promise.race([asked, new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300))]);
    });
    assert.partialDeepStrictEqual(answer, { trueClass: 'lime' });
    assert.doesNotMatch(JSON.stringify(answer), new RegExp(`"prediction":\\{"runId":"${runId}"`));
    await upsize('renameRun', runId, '');
  });

  it('is turned off and on where the setting stands that holds', async () => {
    const settings = () => vscode.workspace.getConfiguration('upsize');
    const inWorkspace = () => settings().inspect('predictionHover.enabled')?.workspaceValue;
    await settings().update('predictionHover.enabled', false, vscode.ConfigurationTarget.Workspace);
    assert.equal(await upsize('togglePredictionHover'), true);
    assert.equal(inWorkspace(), true);
    await settings().update('predictionHover.enabled', undefined, vscode.ConfigurationTarget.Workspace);
  });

  it('says in its hover why an image cannot be read', async () => {
    const file = path.join(workspacePath(), 'torn.png');
    writeFileSync(file, 'not an image');
    const document = await vscode.workspace.openTextDocument({ content: 'torn.png' });
    assert.match(await hoverText(document, 'torn.png'), /Upsize: torn\\.png.*JPEG/);
  });

  it('is predicted from the Explorer, as a page', async () => {
    const answer = await upsize('predictImage', vscode.Uri.file(photo('lime/07.png')));
    assert.ok(typeof answer === 'object' && answer !== null && 'trueClass' in answer);
    assert.equal(answer.trueClass, 'lime');
  });

  it('is predicted for a folder, into a CSV file', async () => {
    const target = vscode.Uri.file(path.join(workspacePath(), 'lime.csv'));
    await upsize('predictFolder', vscode.Uri.file(photo('lime')), target);
    const [head, ...rows] = readFileSync(target.fsPath, 'utf8').trim().split('\n');
    assert.equal(head, 'file,class,banana,cherry,lime,error');
    assert.equal(rows.length, 16);
  });

  it('is predicted by the run that is said, as the JSON of a keybinding', async () => {
    const newer = startedRun(await upsize('startNewLadder'));
    assert.equal((await ended(newer)).state, 'completed');
    await upsize('refreshRuns');
    for (const id of [runId, newer]) {
      const answer = await upsize('predictImage', { runId: id, file: photo('lime/07.png') });
      assert.partialDeepStrictEqual(answer, { prediction: { runId: id } });
    }
    const target = path.join(workspacePath(), 'by-run.csv');
    const asked = { runId, folder: photo('cherry'), target };
    assert.deepEqual(await upsize('predictFolder', asked), { file: target });
    assert.equal(readFileSync(target, 'utf8').trim().split('\n').length, 17);
  });

  it('is exported as a model with class names and preprocessing', async () => {
    const target = path.join(workspacePath(), 'exported');
    await upsize('exportModel', { runId, target });
    const model: unknown = JSON.parse(readFileSync(path.join(target, `upsize-${runId}`, 'model.json'), 'utf8'));
    assert.match(JSON.stringify(model), /"banana","cherry","lime"/);
  });
});
