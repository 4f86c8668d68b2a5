import { setImmediate as letOthersWork } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Run } from '../trainer/protocol/runSummary.ts';
import type { Memory } from './config/activeConfig.ts';
import type { UpsizeFolder } from './upsizeFolder.ts';

/** A run together with the folder it belongs to. */
export interface FolderRun {
  folder: UpsizeFolder;
  run: Run;
}

/**
 * All workspace folders on a disk, each with its own `.upsize`. A folder is there once it is opened, soon after activation, which
 * does not load the code that reads it. Who cannot wait for a change waits for `ready`.
 */
export class UpsizeFolders implements vscode.Disposable {
  readonly #memory: Memory;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #configChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly #scanChanged = new vscode.EventEmitter<void>();
  readonly #folders = new Map<string, { folder: UpsizeFolder; subscription: vscode.Disposable }>();
  readonly #subscription: vscode.Disposable;
  #opened: Promise<void>;
  #disposed = false;

  /** Folders came or went, or something in one of them changed. */
  readonly onDidChange = this.#changed.event;
  /** A config in one of them was made, changed or deleted, by whatever program. */
  readonly onDidChangeConfig = this.#configChanged.event;
  /** Folders came or went, or one of them has another `scan` than before. */
  readonly onDidChangeScan = this.#scanChanged.event;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      this.#closeGone();
      this.#opened = this.#openNew();
    });
    this.#opened = this.#openNew();
  }

  get all(): UpsizeFolder[] {
    return [...this.#folders.values()].map(({ folder }) => folder);
  }

  /** Settles after the first look at all folders. */
  get ready(): Promise<void> {
    return this.#opened.then(() => Promise.all(this.all.map((folder) => folder.ready))).then(() => undefined);
  }

  /** The folder that a file lies in. */
  of(uri: vscode.Uri): UpsizeFolder | undefined {
    const workspaceFolder = vscode.workspace.getWorkspaceFolder(uri);
    return workspaceFolder && this.#folders.get(keyOf(workspaceFolder))?.folder;
  }

  /** A run by its id, whichever folder it is in. */
  run(id: string): FolderRun | undefined {
    for (const folder of this.all) {
      const run = folder.runsById.get(id);
      if (run) return { folder, run };
    }
    return undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    for (const { folder, subscription } of this.#folders.values()) {
      subscription.dispose();
      folder.dispose();
    }
    this.#configChanged.dispose();
    this.#scanChanged.dispose();
    this.#changed.dispose();
  }

  #closeGone(): void {
    const present = new Set(presentFolders().map(keyOf));
    for (const [key, { folder, subscription }] of this.#folders) {
      if (present.has(key)) continue;
      subscription.dispose();
      folder.dispose();
      this.#folders.delete(key);
    }
  }

  async #openNew(): Promise<void> {
    // Its code takes longer to load than activation does: what the extension was activated for goes first.
    await letOthersWork();
    const { UpsizeFolder } = await import('./upsizeFolder.ts');
    if (this.#disposed) return;
    for (const workspaceFolder of presentFolders()) {
      const key = keyOf(workspaceFolder);
      if (this.#folders.has(key)) continue;
      const folder = new UpsizeFolder(workspaceFolder, this.#memory);
      const subscription = vscode.Disposable.from(
        folder.onDidChange(() => this.#changed.fire()),
        folder.onDidChangeConfig((uri) => this.#configChanged.fire(uri)),
        folder.onDidChangeScan(() => this.#scanChanged.fire()),
      );
      this.#folders.set(key, { folder, subscription });
    }
    this.#scanChanged.fire();
    this.#changed.fire();
  }
}

function presentFolders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}

function keyOf({ uri }: vscode.WorkspaceFolder): string {
  return uri.toString();
}
