import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLive } from '../../../trainer/protocol/events.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { buildSuites } from '../buildSuites.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { ended, readRun, shownRuns, startedRun, tinyWorkspace, until, upsizeIn } from '../harness/upsizeWindow.ts';

const stages = 3;
/** Enough for a stage to last longer than a reload on most machines. */
const epochs = 150;
const mostDelayMs = 5000;

/** Two windows on one workspace folder: the one trains and is reloaded, the other stays open. */
export class ReloadedWindow {
  readonly #vscode: BrowserVscode;
  readonly #workspace: Awaited<ReturnType<typeof tinyWorkspace>>;
  readonly #reloaded: VscodeWindow;
  readonly #open: VscodeWindow;
  /** Of the ladder that trains, in the order of their stages. */
  #ladder: string[] = [];

  static async start(): Promise<ReloadedWindow> {
    const bridgeBundle = path.join(await buildSuites(), 'bridge.cjs');
    const workspace = await tinyWorkspace();
    const vscode = await startBrowserVscode({ bridgeBundle });
    const { folder } = workspace;
    return new ReloadedWindow(vscode, workspace, await vscode.open({ folder }), await vscode.open({ folder }));
  }

  private constructor(
    vscode: BrowserVscode,
    workspace: Awaited<ReturnType<typeof tinyWorkspace>>,
    reloaded: VscodeWindow,
    open: VscodeWindow,
  ) {
    this.#vscode = vscode;
    this.#workspace = workspace;
    this.#reloaded = reloaded;
    this.#open = open;
  }

  async stop(): Promise<void> {
    await this.#vscode.stop();
    await this.#workspace.remove();
  }

  /**
   * Trains a ladder, with its dashboard open, and reloads the window at random moments of it; more ladders where one is over
   * before that was often enough. After each reload and at the end it must show what the other window shows, and no run may
   * have lost an epoch or begun again.
   */
  async trainThrough(reloads: number): Promise<void> {
    await this.#startStage();
    const [first = ''] = this.#ladder;
    for (const window of [this.#reloaded, this.#open]) await this.#openDashboard(window, first);
    for (let done = 1; done <= reloads; done++) {
      if (!this.#trains()) await this.#startStage();
      const delayMs = randomInt(mostDelayMs);
      await sleep(delayMs);
      const before = this.#epochsOfRuns();
      const state = this.#trains() ? 'training' : 'between two stages';
      await this.#reloaded.reload();
      await this.#compare();
      const after = this.#epochsOfRuns();
      for (const [id, count] of before) assert.ok((after.get(id) ?? -1) >= count, `run ${id} lost epochs`);
      console.log(`      ${done} of ${reloads} reloads, ${delayMs} ms later, ${state}`);
    }
    while (this.#ladder.length < stages || this.#trains()) {
      const run = await ended(this.#workspace.folder, this.#ladder.at(-1) ?? '');
      assert.equal(run.state, 'completed', run.summary.message ?? '');
      if (this.#ladder.length < stages) await this.#startStage();
    }
    await this.#compare();
    for (const run of new RunStore(this.#workspace.folder).list().runs) {
      assert.equal(run.state, 'completed', run.summary.message ?? '');
      assert.equal(run.summary.attempt, 1, `run ${run.id} began again`);
      assert.deepEqual(
        run.summary.epochs.map(({ epoch }) => epoch),
        Array.from({ length: epochs }, (_, epoch) => epoch),
      );
    }
    const strips = await Promise.all([this.#reloaded, this.#open].map((window) => stagesOfDashboard(window, stages)));
    assert.deepEqual(strips[0], strips[1]);
  }

  #trains(): boolean {
    const newest = this.#ladder.at(-1);
    return newest !== undefined && isLive(readRun(this.#workspace.folder, newest).state);
  }

  /** Starts the next stage of the ladder, or a new ladder after its last, from the window that is reloaded. */
  async #startStage(): Promise<void> {
    if (this.#ladder.length === stages) this.#ladder = [];
    const command = this.#ladder.length === 0 ? 'startNewLadder' : 'trainNextStage';
    this.#ladder.push(startedRun(await upsizeIn(this.#reloaded, command, { changes: { epochs } })));
  }

  #epochsOfRuns(): Map<string, number> {
    const { runs, unreadable } = new RunStore(this.#workspace.folder).list();
    assert.deepEqual(unreadable, []);
    return new Map(runs.map((run) => [run.id, run.summary.epochs.length]));
  }

  async #openDashboard(window: VscodeWindow, runId: string): Promise<void> {
    await upsizeIn(window, 'openDashboard', { runId });
    await stagesOfDashboard(window, 1);
  }

  /** Waits until both windows show the same: what a live run has reached may differ by a moment, all else not at all. */
  async #compare(): Promise<void> {
    let shown: string[][] = [];
    await until('both windows show the same', async () => {
      shown = await Promise.all([this.#reloaded, this.#open].map(shownRuns));
      const [reloaded = [], open = []] = shown.map((lines) => lines.map(withoutProgress));
      return reloaded.length > 0 && reloaded.join('\n') === open.join('\n');
    }).catch((error: unknown) => {
      throw new Error(`The reloaded window and the other show: ${JSON.stringify(shown)}`, { cause: error });
    });
    // The panel of before the reload is back, with its content.
    await stagesOfDashboard(this.#reloaded, 1);
  }
}

function withoutProgress(line: string): string {
  return line.includes('epoch') ? line.replace(/(?<=epoch).*/, '') : line;
}

/** What the dashboard in front says of each stage; waits until it has at least so many. */
async function stagesOfDashboard(window: VscodeWindow, least: number): Promise<string[]> {
  const panel = window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  const strip = panel.getByRole('group', { name: 'Stages of the ladder' }).getByRole('button');
  await strip.nth(least - 1).waitFor({ timeout: 90_000 });
  return strip.allInnerTexts();
}
