import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { stepColumnFile } from '../../trainer/protocol/stepColumns.ts';
import { runFolderOf } from '../../trainer/protocol/runPaths.ts';
import { pythonWith } from '../pythonPeer.ts';
import { pointAcross, type LoggedRun } from './dashboard.ts';
import { framesDuring, shownAfter, watchPage } from './pageFrames.ts';

export const tensorBoardVersion = '2.20.0';
const packages = [`tensorboard==${tensorBoardVersion}`, 'setuptools==80.9.0'];
const tag = 'loss';
const startMs = 60_000;
const loadMs = 600_000;
/** A curve of its thousand samples is described by more; axes and grids by less. */
const pathLetters = 2000;

/** TensorBoard over the same loss as a logged run has, step by step, once it has read all of it. */
export class TensorBoard {
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #address: string;

  private constructor(folder: string, server: ChildProcess, address: string) {
    this.#folder = folder;
    this.#server = server;
    this.#address = address;
  }

  static async over(run: LoggedRun): Promise<TensorBoard> {
    const python = pythonWith(packages);
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-tensorboard-'));
    const column = stepColumnFile(runFolderOf(run.folder, run.id), 'loss');
    const script = path.join(import.meta.dirname, 'writeScalars.py');
    const { status, stderr } = spawnSync(python, [script, column, path.join(folder, 'run'), tag], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`writeScalars.py ended with ${status}: ${stderr.slice(-2000)}`);
    const port = await freePort();
    const flags = ['--logdir', folder, '--host', '127.0.0.1', '--port', String(port), '--reload_interval', '0'];
    const server = spawn(python, ['-m', 'tensorboard.main', ...flags, '--load_fast', 'false'], { stdio: 'ignore' });
    const board = new TensorBoard(folder, server, `http://127.0.0.1:${port}`);
    try {
      await board.#loaded();
    } catch (error) {
      board.stop();
      throw error;
    }
    return board;
  }

  /** Milliseconds: until its chart is drawn in a new page, and the longest frame while it is pointed at. */
  async measure(browser: Browser): Promise<{ open: number; pointing: number }> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
    try {
      const page = await context.newPage();
      await page.addInitScript(watchPage);
      await page.goto(`${this.#address}/?forceSVG=true#timeseries`, { waitUntil: 'commit' });
      const drawn = `[...document.querySelectorAll('line-chart path')].some((path) => (path.getAttribute('d') ?? '').length > ${pathLetters})`;
      const open = await shownAfter(page, drawn);
      const box = await page.locator('line-chart').first().boundingBox();
      if (!box) throw new Error('TensorBoard has no chart.');
      const pointing = await framesDuring(page, () => pointAcross(page, box));
      return { open, pointing: Math.max(...pointing) };
    } finally {
      await context.close();
    }
  }

  stop(): void {
    this.#server.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Settles once the server has read the log. */
  async #loaded(): Promise<void> {
    const begun = Date.now();
    for (;;) {
      const tags = await fetch(`${this.#address}/data/plugin/scalars/tags`)
        .then((answer) => answer.text())
        .catch(() => '');
      if (tags.includes(`"${tag}"`)) return;
      const waited = Date.now() - begun;
      if (this.#server.exitCode !== null) throw new Error(`TensorBoard ended with ${this.#server.exitCode}.`);
      if (waited > (tags === '' ? startMs : loadMs))
        throw new Error(`TensorBoard has read nothing after ${waited} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
