import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { isLive } from '../../../trainer/protocol/runState.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { makeTinyWorkspace } from './tinyDataset.ts';
import type { VscodeWindow } from './browserVscode.ts';

/** Runs a command of Upsize in a window; settles with what it gave, or throws what it told the user. */
export async function upsizeIn(window: VscodeWindow, command: string, ...args: unknown[]): Promise<unknown> {
  const answer = await window.evaluate(
    async (vscode, { id, parameters }) => {
      await vscode.extensions.getExtension('upsize.upsize')?.activate();
      return vscode.commands.executeCommand(id, ...parameters);
    },
    { id: `upsize.${command}`, parameters: args },
  );
  if (typeof answer === 'object' && answer !== null && 'failed' in answer) {
    throw new Error(`upsize.${command}: ${String(answer.failed)}`);
  }
  return answer;
}

/** The run that a command started. */
export function startedRun(answer: unknown): string {
  assert.ok(typeof answer === 'object' && answer !== null && 'runId' in answer, `no run: ${JSON.stringify(answer)}`);
  return String(answer.runId);
}

/** The lines of the Runs view as they can be read on the screen. */
export async function shownRuns(window: VscodeWindow): Promise<string[]> {
  await window.evaluate(async (vscode) => {
    await vscode.commands.executeCommand('workbench.view.extension.upsize');
    await vscode.commands.executeCommand('upsize.runs.focus');
  });
  const rows = window.page.locator('.pane:has(.pane-header[aria-label*="Runs"]) .monaco-list-row');
  return (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
}

/** A notification, in the list behind the bell: they do not come up by themselves in windows of tests. Waits until it is there. */
export async function notification(window: VscodeWindow, text: string | RegExp): Promise<Locator> {
  const found = window.page.locator('.notification-list-item', { hasText: text }).first();
  for (const deadline = Date.now() + 120_000; ;) {
    // The list does not open while it is empty.
    await window.evaluate((vscode) => vscode.commands.executeCommand('notifications.showList'));
    try {
      await found.waitFor({ timeout: 2_000 });
      return found;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Takes all notifications away, and waits until they are gone. */
export async function clearNotifications(window: VscodeWindow): Promise<void> {
  await window.evaluate((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
  await window.page.locator('.notification-list-item').first().waitFor({ state: 'hidden' });
}

/** Waits until something outside of VS Code is so. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

export function readRun(workspace: string, id: string): Run {
  const run = new RunStore(workspace).get(id);
  assert.ok(run !== null && 'manifest' in run, `run ${id} cannot be read`);
  return run;
}

/** WASM takes minutes for what the native engine does in seconds. */
const trainingTimeoutMs = 240_000;

/** Waits for a run's end and gives the run, whose folder may just be made. */
export async function ended(workspace: string, id: string): Promise<Run> {
  const look = () => {
    const run = new RunStore(workspace).get(id);
    return run === null || ('manifest' in run && isLive(run.state)) ? undefined : readRun(workspace, id);
  };
  return until(`run ${id} has ended`, look, trainingTimeoutMs);
}

/** A workspace folder with the tiny data set and config; `remove` takes it away again. */
export async function tinyWorkspace(name = 'workspace'): Promise<{ folder: string; remove: () => Promise<void> }> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'upsize-workspace-'));
  const folder = path.join(scratch, name);
  await makeTinyWorkspace(folder);
  return { folder, remove: () => rm(scratch, { recursive: true, force: true, maxRetries: 5 }) };
}
