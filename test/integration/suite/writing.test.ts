import { strict as assert } from 'node:assert';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  activateUpsize,
  ended,
  eventually,
  readRun,
  refusal,
  runIds,
  startedRun,
  until,
  upsize,
  workspacePath,
} from './upsizeApi.ts';

describe('the config and the data set, in the editor', () => {
  const configFile = () => path.join(workspacePath(), 'upsize.json');
  /** What the schema refuses; a pipeline check has its name as its code. */
  const isConfigError = ({ source, code }: vscode.Diagnostic) => source === 'Upsize' && code === undefined;
  before(activateUpsize);

  it('lists classes and problems of the data set, each problem at its file', async () => {
    const torn = path.join(workspacePath(), 'photos', 'lime', 'torn.jpg');
    writeFileSync(torn, 'no picture');
    try {
      const summary = await upsize('scanDataset');
      assert.ok(typeof summary === 'object' && summary !== null && 'images' in summary && 'classes' in summary);
      assert.equal(summary.images, 48);
      const diagnostics = await until('the problem is shown', () => {
        const found = vscode.languages.getDiagnostics(vscode.Uri.file(torn));
        return found.length > 0 ? found : undefined;
      });
      assert.match(diagnostics[0]?.message ?? '', /torn\.jpg/);
      assert.ok(Number(await upsize('showDataProblems')) > 0);
    } finally {
      rmSync(torn);
    }
    await upsize('scanDataset');
    assert.deepEqual(vscode.languages.getDiagnostics(vscode.Uri.file(torn)), []);
  });

  it('excludes an image with a problem, and puts it back with Undo', async () => {
    const torn = path.join(workspacePath(), 'photos', 'lime', 'torn.jpg');
    const labels = path.join(workspacePath(), 'upsize.labels.csv');
    const written = () => readFileSync(labels, 'utf8');
    writeFileSync(torn, 'no picture');
    try {
      await upsize('scanDataset');
      assert.match(await refusal('excludeImage', 'lime/00.png'), /found no problem with an image lime\/00\.png/);
      const item = { kind: 'problem', folder: { path: workspacePath() }, problem: { file: 'lime/torn.jpg' } };
      await upsize('excludeImage', item);
      assert.equal(written(), 'path,label,excluded\nlime/torn.jpg,,true\n');
      await eventually('it is put back', async () => {
        await vscode.commands.executeCommand('notification.acceptPrimaryAction');
        return written() === 'path,label,excluded\n';
      });
      await upsize('excludeImage', item);
      await upsize('scanDataset');
      assert.deepEqual(vscode.languages.getDiagnostics(vscode.Uri.file(torn)), []);
    } finally {
      rmSync(torn);
      rmSync(labels, { force: true });
    }
    await upsize('scanDataset');
  });

  it('says at the config what its images would make of it', async () => {
    const document = await vscode.workspace.openTextDocument(configFile());
    const check = await until('the check is shown', () =>
      vscode.languages.getDiagnostics(document.uri).find(({ code }) => code === 'validationSize'),
    );
    assert.match(check.message, /validation images give an accuracy near 50 % a 95 % interval of ±/);
    assert.match(document.getText(check.range), /photos/);
  });

  it('shows errors of a config while it is written, and mends them', async () => {
    const document = await vscode.workspace.openTextDocument(configFile());
    const good = document.getText();
    const editor = await vscode.window.showTextDocument(document);
    const all = new vscode.Range(document.positionAt(0), document.positionAt(good.length));
    await editor.edit((edit) => edit.replace(all, good.replace('"epochs"', '"epoch"')));
    const [problem] = await until('the error is shown', () => {
      const found = vscode.languages.getDiagnostics(document.uri).filter(isConfigError);
      return found.length > 0 ? found : undefined;
    });
    assert.match(problem?.message ?? '', /no "epoch" .*Did you mean "epochs"\?/);
    const range = problem?.range ?? all;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
    );
    const fix = actions.find(({ title }) => title === 'Change to "epochs"');
    assert.ok(fix?.edit, 'no quick fix');
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), good);
    await until('the error is gone', () => !vscode.languages.getDiagnostics(document.uri).some(isConfigError));
  });

  it('completes and explains what a config can say', async () => {
    const document = await vscode.workspace.openTextDocument(configFile());
    const place = document.positionAt(document.getText().indexOf('"training": {') + '"training": {'.length);
    // The language server of JSON loads the schema when it is first asked.
    const completions = await eventually('there are completions', async () => {
      const found = await vscode.commands.executeCommand<vscode.CompletionList | undefined>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        place,
      );
      return found !== undefined && found.items.length > 0 ? found : undefined;
    });
    const labels = completions.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(
      labels.some((label) => label.includes('learningRate')),
      labels.join(', '),
    );
    for (const [key, said] of [
      ['"epochs"', /Most epochs of a stage/],
      ['"batchSize"', /Images in one training step/],
      ['"stages"', /from small to large/],
    ] as const) {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        document.positionAt(document.getText().indexOf(key) + 2),
      );
      const text = hovers
        .flatMap(({ contents }) => contents)
        .map((each) => (typeof each === 'string' ? each : each.value));
      assert.match(text.join('\n'), said);
    }
  });

  it('trains a stage from the lens over it, and then leads to its run', async () => {
    const document = await vscode.workspace.openTextDocument(configFile());
    const lenses = async () =>
      vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
    const before = await lenses();
    const trains = before.filter(({ command }) => command?.command === 'upsize.trainStage');
    assert.equal(trains.length, 3);
    const [argument] = (trains[0]?.command?.arguments ?? []) as unknown[];
    const id = startedRun(await upsize('trainStage', argument));
    assert.equal((await ended(id)).state, 'completed');
    await upsize('refreshRuns');
    const shown = (await lenses()).filter(({ command }) => command?.command === 'upsize.showRun');
    assert.ok(shown.some(({ command }) => command?.arguments?.[0] === id && command.title.includes('completed')));
  });

  const runTask = async (task: vscode.Task): Promise<number | undefined> => {
    const finished = new Promise<number | undefined>((resolve) => {
      const subscription = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== task.name) return;
        subscription.dispose();
        resolve(exitCode);
      });
    });
    await vscode.tasks.executeTask(task);
    return finished;
  };

  it('runs a scan as a task, each problem at its file in the Problems view', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'upsize' });
    assert.deepEqual(tasks.map(({ name }) => name).sort(), ['scan data set', 'train all stages', 'train next stage']);
    const scan = tasks.find(({ name }) => name === 'scan data set');
    assert.ok(scan);
    const torn = path.join(workspacePath(), 'photos', 'lime', 'torn by task.jpg');
    writeFileSync(torn, 'no picture');
    try {
      await runTask(scan);
      const [problem] = await until('the problem is shown', () => {
        const found = vscode.languages.getDiagnostics(vscode.Uri.file(torn));
        return found.length > 0 ? found : undefined;
      });
      assert.match(problem?.message ?? '', /torn by task\.jpg/);
      assert.equal(problem?.range.start.line, 0);
    } finally {
      rmSync(torn);
    }
    assert.equal(await runTask(scan), 0);
  });

  it('trains a whole ladder as a task of tasks.json', async () => {
    const file = path.join(workspacePath(), '.vscode', 'tasks.json');
    const before = runIds();
    const written = { type: 'upsize', command: 'train', args: ['--all', '--new-ladder'], label: 'my ladder' };
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(file),
      Buffer.from(JSON.stringify({ version: '2.0.0', tasks: [written] })),
    );
    try {
      const task = await eventually('the task is there', async () =>
        (await vscode.tasks.fetchTasks()).find(({ name }) => name.includes('my ladder')),
      );
      assert.equal(await runTask(task), 0);
      const made = runIds().filter((id) => !before.includes(id));
      assert.deepEqual(
        made.map((id) => readRun(id).manifest.config.stage.size).sort((a, b) => a - b),
        [16, 32, 64],
      );
    } finally {
      rmSync(path.dirname(file), { recursive: true });
    }
  });

  it('answers language models with what the command line says', async () => {
    const ask = async (tool: string, input: object): Promise<unknown> => {
      const answer = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
      const [part] = answer.content;
      assert.ok(part instanceof vscode.LanguageModelTextPart);
      return JSON.parse(part.value);
    };
    const rows = await ask('upsize_list_runs', {});
    assert.ok(Array.isArray(rows));
    assert.equal(rows.length, runIds().length);
    const completed = runIds().filter((id) => readRun(id).state === 'completed');
    const compared = completed.slice(0, 2);
    assert.partialDeepStrictEqual(
      await ask('upsize_compare_runs', { runIds: compared }),
      compared.map((id) => ({ id })),
    );
    const [runId] = completed;
    const explained = JSON.stringify(await ask('upsize_explain_class', { runId, className: 'lime' }));
    assert.match(explained, /lime/);
    assert.match(explained, /recall/);
    await assert.rejects(ask('upsize_explain_class', { runId: 'none', className: 'lime' }), /no run none/);
    const [other] = completed.slice(-1);
    // Of a run that is over nothing is asked, and no request is left in its folder.
    assert.deepEqual(await ask('upsize_stop_run', { runId: other }), {
      runId: other,
      asked: false,
      state: 'completed',
    });
    assert.equal(existsSync(path.join(workspacePath(), '.upsize', 'runs', other ?? '', 'stop.json')), false);
  });

  it('lets language models start and stop runs, and gives them what there is to choose', async () => {
    const ask = async (tool: string, input: object): Promise<unknown> => {
      const answer = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
      const [part] = answer.content;
      assert.ok(part instanceof vscode.LanguageModelTextPart);
      return JSON.parse(part.value);
    };
    const started = await ask('upsize_start_run', { newLadder: true, epochs: 2000 });
    assert.ok(typeof started === 'object' && started !== null && 'id' in started);
    const runId = String(started.id);
    await until('the run trains', () => readRun(runId).summary.epochs.length > 0);
    assert.partialDeepStrictEqual(await ask('upsize_stop_run', { runId }), { runId, asked: true });
    assert.equal((await ended(runId)).state, 'stopped');
    // The stage did not end by itself: a person would be asked.
    assert.partialDeepStrictEqual(await ask('upsize_start_run', {}), { outcome: 'choose', runId });
    await upsize('refreshRuns');
  });

  it('makes a config for the images it finds where there is none', async () => {
    const good = readFileSync(configFile(), 'utf8');
    rmSync(configFile());
    try {
      await upsize('createConfig');
      const made: unknown = JSON.parse(readFileSync(configFile(), 'utf8'));
      assert.ok(typeof made === 'object' && made !== null && 'dataset' in made);
      assert.equal(made.dataset, 'photos');
    } finally {
      writeFileSync(configFile(), good);
    }
  });

  it('makes the sample workspace in an empty folder, and beside what is in another', async () => {
    const folder = path.join(workspacePath(), 'sample');
    const pictures = (root: string) => globSync('photos/*/*', { cwd: root }).length;
    try {
      assert.deepEqual(await upsize('createSampleWorkspace', { folder, count: 36 }), { folder });
      assert.equal(pictures(folder), 36);
      const config: unknown = JSON.parse(readFileSync(path.join(folder, 'upsize.json'), 'utf8'));
      assert.ok(typeof config === 'object' && config !== null && 'dataset' in config);
      const own = path.join(folder, 'upsize-sample');
      assert.deepEqual(await upsize('createSampleWorkspace', vscode.Uri.file(folder), { count: 37 }), { folder: own });
      assert.deepEqual([pictures(folder), pictures(own)], [36, 37]);
      assert.match(await refusal('createSampleWorkspace', { folder, count: 35 }), /ask for 36 pictures or more/);
      assert.match(await refusal('createSampleWorkspace', { folder }), /has something in it already/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
