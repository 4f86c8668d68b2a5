import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameLocator, Locator } from 'playwright-core';
import { isLive } from '../../../trainer/protocol/runState.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { startBrowserVscode, type BrowserVscode, type VscodeWindow } from '../harness/browserVscode.ts';
import { ended, readRun, shownRuns, startedRun, tinyWorkspace, until, upsizeIn } from '../harness/upsizeWindow.ts';

const stages = 3;
/** Enough for a stage to last longer than a reload on most machines. */
const epochs = 300;
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
    const workspace = await tinyWorkspace();
    const vscode = await startBrowserVscode();
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
   * Trains a ladder, with its dashboard and the run card of an earlier one open side by side, and reloads the window at random
   * moments of it; more ladders where one is over before that was often enough. After each reload and at the end it must show
   * what the other window shows, and no run may have lost an epoch or begun again.
   */
  async trainThrough(reloads: number): Promise<void> {
    const earlier = startedRun(await upsizeIn(this.#reloaded, 'startNewLadder', { changes: { epochs: 1 } }));
    assert.equal((await ended(this.#workspace.folder, earlier)).state, 'completed');
    await this.#startStage();
    await until('the status bar shows the run', async () => (await statusBarOf(this.#open)) !== '');
    const [first = ''] = this.#ladder;
    for (const window of [this.#reloaded, this.#open]) await openPanels(window, { dashboard: first, card: earlier });
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
    for (const run of new RunStore(this.#workspace.folder).list().runs.filter(({ id }) => id !== earlier)) {
      assert.equal(run.state, 'completed', run.summary.message ?? '');
      assert.equal(run.summary.attempt, 1, `run ${run.id} began again`);
      assert.deepEqual(
        run.summary.epochs.map(({ epoch }) => epoch),
        Array.from({ length: epochs }, (_, epoch) => epoch),
      );
    }
    await this.#sameInBoth('the whole dashboard', async (window) => (await dashboardOf(window)).innerText());
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

  /** Waits until both windows show the same: what a live run has reached may differ by a moment, all else not at all. */
  async #compare(): Promise<void> {
    await this.#sameInBoth('the Runs view', async (window) =>
      (await shownRuns(window)).map(withoutProgress).join('\n'),
    );
    await this.#sameInBoth('the status bar', statusBarOf);
    await this.#sameInBoth('the finished stages of the dashboard', finishedStagesOf);
    await this.#sameInBoth('the run card', async (window) => (await cardOf(window)).innerText());
  }

  async #sameInBoth(what: string, look: (window: VscodeWindow) => Promise<string>): Promise<void> {
    let shown: string[] = [];
    await until(`both windows show the same of ${what}`, async () => {
      shown = await Promise.all([this.#reloaded, this.#open].map(look));
      return shown[0] === shown[1];
    }).catch((error: unknown) => {
      throw new Error(`Of ${what} the reloaded window and the other show: ${JSON.stringify(shown)}`, { cause: error });
    });
  }
}

/** A line of the Runs view or the status bar, without what a live run has reached. */
function withoutProgress(line: string): string {
  return line.includes('epoch') ? line.replace(/ ?\d+\.\d % [^·]*· /, ' ').replace(/(?<=epoch).*/, '') : line;
}

/** The dashboard at the left, the card beside it: both can be read at any time. */
async function openPanels(window: VscodeWindow, { dashboard, card }: { dashboard: string; card: string }) {
  await upsizeIn(window, 'openDashboard', { runId: dashboard });
  await dashboardOf(window);
  await window.evaluate((api) => api.commands.executeCommand('workbench.action.focusSecondEditorGroup'));
  await upsizeIn(window, 'openRunCard', { runId: card });
  await cardOf(window);
}

/** The first of a window's panels in which there is such a thing; waits for it. */
async function inPanels(window: VscodeWindow, find: (panel: FrameLocator) => Locator): Promise<Locator> {
  const frames = window.page.locator('iframe.webview.ready');
  return until('a panel of before the reload is back, with its content', async () => {
    for (const frame of await frames.all()) {
      const found = find(frame.contentFrame().frameLocator('#active-frame'));
      if ((await found.count()) > 0) return found;
    }
    return undefined;
  });
}

async function dashboardOf(window: VscodeWindow): Promise<Locator> {
  const strip = '[aria-label="Stages of the ladder"] button';
  return inPanels(window, (panel) => panel.locator(`main:has(${strip})`));
}

/** What it says of each stage that is over, in their order. */
async function finishedStagesOf(window: VscodeWindow): Promise<string> {
  const stages = (await dashboardOf(window)).getByRole('group', { name: 'Stages of the ladder' }).getByRole('button');
  const texts = await stages.evaluateAll((buttons) =>
    buttons.filter((button) => !button.querySelector('.live-sign')).map((button) => button.textContent),
  );
  return texts.join('\n');
}

async function cardOf(window: VscodeWindow): Promise<Locator> {
  const end = 'Run card by Upsize';
  return inPanels(window, (panel) => panel.frameLocator('iframe[title="Run card"]').locator('body', { hasText: end }));
}

/** What the status bar says of runs; empty where none is at work. */
async function statusBarOf(window: VscodeWindow): Promise<string> {
  const labels = window.page.locator('.part.statusbar [aria-label^="Upsize: "]');
  const texts = await labels.evaluateAll((all) => all.map((label) => label.getAttribute('aria-label') ?? ''));
  return texts.map(withoutProgress).join();
}
