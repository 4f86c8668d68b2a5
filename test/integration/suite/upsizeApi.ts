import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { isLive } from '../../../trainer/protocol/runState.ts';

/** Absolute path of the (first) workspace folder. */
export function workspacePath(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the window has no workspace folder');
  return folder.uri.fsPath;
}

export async function activateUpsize(): Promise<void> {
  await vscode.extensions.getExtension('upsize.upsize')?.activate();
}

/** Runs a command of Upsize; a failure that it told the user is a failure of the test. */
export async function upsize(command: string, ...args: unknown[]): Promise<unknown> {
  console.log(`[tests]     > upsize.${command} ${args.map((each) => JSON.stringify(each)).join(' ')}`);
  const answer: unknown = await vscode.commands.executeCommand(`upsize.${command}`, ...args);
  const failure = failureIn(answer);
  if (failure !== undefined) throw new Error(`upsize.${command}: ${failure}`);
  return answer;
}

/** What a command told the user instead of working; fails where it worked. */
export async function refusal(command: string, ...args: unknown[]): Promise<string> {
  const failure = failureIn(await vscode.commands.executeCommand(`upsize.${command}`, ...args));
  assert.ok(failure !== undefined, `upsize.${command} worked, and should not have`);
  return failure;
}

function failureIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('failed' in answer)) return undefined;
  return String(answer.failed);
}

/** The run that a command started. */
export function startedRun(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'runId' in answer && typeof answer.runId === 'string') {
    return answer.runId;
  }
  throw new Error(`no run was started, but ${JSON.stringify(answer)}`);
}

export function readRun(id: string, workspace = workspacePath()): Run {
  const run = new RunStore(workspace).get(id);
  assert.ok(run !== null && 'manifest' in run, `run ${id} cannot be read`);
  return run;
}

/** Waits until something is so. */
export async function until<T>(what: string, look: () => T | undefined | false, timeoutMs = 90_000): Promise<T> {
  return eventually(what, () => Promise.resolve(look()), timeoutMs);
}

/** As `until`, for what has to be asked for. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits for a run's end and gives the run. */
export async function ended(id: string, workspace = workspacePath()): Promise<Run> {
  return until(`run ${id} has ended`, () => {
    const run = readRun(id, workspace);
    return isLive(run.state) ? undefined : run;
  });
}

export function runIds(workspace = workspacePath()): string[] {
  try {
    return readdirSync(path.join(workspace, '.upsize', 'runs'));
  } catch {
    return [];
  }
}
