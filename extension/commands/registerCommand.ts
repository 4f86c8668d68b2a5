import * as vscode from 'vscode';
import { TrainerError } from '../trainer/trainerError.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { Declined, Dismissed, TrustNeeded } from './declined.ts';
import { manageTrust, remedies, showLog, showWithRemedies } from './remedy.ts';

/** What a command gives back to its caller where it did not work; the user was told. */
export interface CommandFailure {
  failed: string;
}

/**
 * Registers `upsize.<id>`. It never fails silently: what `work` throws is shown with a way to the log, and comes back to callers
 * (keybindings, tests, other extensions) as `{ failed: message }`; a question that was left gives undefined.
 */
export function registerCommand(
  log: vscode.LogOutputChannel,
  id: string,
  work: (...args: unknown[]) => unknown,
): vscode.Disposable {
  return vscode.commands.registerCommand(`upsize.${id}`, async (...args: unknown[]) => {
    try {
      return await work(...args);
    } catch (error) {
      if (error instanceof Dismissed) return undefined;
      if (error instanceof TrainerError && error.failure === 'cancelled') return undefined;
      void showFailure(log, error);
      return { failed: error instanceof Error ? error.message : String(error) } satisfies CommandFailure;
    }
  });
}

/** What a command does, with what its caller gave. */
type CommandWork = (context: UpsizeContext, ...args: unknown[]) => unknown;

/**
 * Registers `upsize.<id>` for each id, as `registerCommand` does. Their code is loaded when the first of them is called, and they
 * begin when the folders were looked at: also who calls at once finds the runs and the config.
 */
export function registerLazily<Id extends string>(
  context: UpsizeContext,
  ids: readonly Id[],
  load: () => Promise<Record<Id, CommandWork>>,
): vscode.Disposable[] {
  return ids.map((id) =>
    registerCommand(context.log, id, async (...args) => {
      const [works] = await Promise.all([load(), context.folders.ready]);
      return works[id](context, ...args);
    }),
  );
}

/** Shows what went wrong, with a button that does something about it where there is one, and a way to the log. */
export async function showFailure(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Declined) {
    log.info(message);
    await showWithRemedies('warning', message, error instanceof TrustNeeded ? [manageTrust] : []);
    return;
  }
  const forPeople = error instanceof TrainerError;
  log.error(error instanceof Error && !forPeople ? (error.stack ?? message) : message);
  const remedy = forPeople ? remedies[error.failure] : undefined;
  await showWithRemedies('error', message, remedy ? [remedy, showLog] : [showLog]);
}
