import * as vscode from 'vscode';
import * as z from 'zod';
import { waiting } from '../commands/waiting.ts';
import { TrainerError } from '../trainer/trainerError.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

const installSchema = z.object({ installed: z.boolean(), folder: z.string() });
type Installed = z.infer<typeof installSchema>;

/** Installs the native engine unless it is there. Throws a TrainerError `notInstalled` with what it failed of. */
export async function installNativeEngine({
  trainer,
  predictors,
  folders,
  extension,
}: UpsizeContext): Promise<Installed> {
  const workspace = folders.all[0]?.path ?? extension.extensionPath;
  const answer = await waiting('installing the native engine', (signal, onLine) =>
    trainer.ask(installSchema, { args: ['engine', 'install'], workspace, signal, timeoutMs: null, onLine }),
  ).catch((error: unknown) => {
    // With another code it says that none can be installed here at all: trying again is no use.
    const mayTryAgain = error instanceof TrainerError && error.failure === 'failed' && error.exitCode === 1;
    throw mayTryAgain ? new TrainerError('notInstalled', error.message, error) : error;
  });
  // Node and predictor were chosen without it.
  trainer.forgetNode();
  predictors.reset();
  const { installed, folder } = answer;
  void vscode.window.showInformationMessage(
    installed
      ? 'The native engine is installed; the next run uses it.'
      : `The native engine is installed already, in ${folder}.`,
  );
  return answer;
}
