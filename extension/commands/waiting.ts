import * as vscode from 'vscode';

/** Something that the user waits for: its signal is aborted when they cancel it, and `say` tells them how far it is. */
export type Waited<T> = (signal: AbortSignal, say: (message: string) => void) => Promise<T>;

/** Shows that something is at work, with a way to cancel it. */
export async function waiting<T>(title: string, work: Waited<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Upsize: ${title}`, cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return work(abort.signal, (message) => progress.report({ message }));
  });
}
