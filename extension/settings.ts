import * as vscode from 'vscode';
import { TrustNeeded } from './commands/declined.ts';
import type { TrainerSettings } from './trainer/trainer.ts';

function setting<T>(name: string, fallback: T): T {
  return vscode.workspace.getConfiguration('upsize').get<T>(name, fallback);
}

/** Throws with why where the workspace is not trusted: a config decides what is read and executed. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new TrustNeeded(
    'This folder opened in restricted mode. Training, predictions and models need your trust, since a config decides what is read and run.',
  );
}

/** The trainer's settings, read when they are needed. */
export function trainerSettings(entry: string, log: vscode.LogOutputChannel): TrainerSettings {
  return {
    entry,
    nodePath: () => setting('nodePath', ''),
    engine: () => setting<'auto' | 'native' | 'wasm'>('engine', 'auto'),
    requireTrust,
    log: (line) => log.info(line),
  };
}

/** Most megabytes of the predictor child. */
export function predictorMemoryLimitMegabytes(): number {
  return setting('predictor.memoryLimitMegabytes', 1536);
}

export function predictionHoverEnabled(): boolean {
  return setting('predictionHover.enabled', true);
}

export function hoverShowsEarlierStages(): boolean {
  return setting('predictionHover.earlierStages', true);
}

export function notifiesWhenFinished(): boolean {
  return setting('notifyWhenFinished', true);
}
