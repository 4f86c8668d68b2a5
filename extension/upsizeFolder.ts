import * as vscode from 'vscode';
import type { Run } from '../trainer/protocol/runSummary.ts';
import type { ScanSummary } from '../trainer/protocol/scan.ts';
import { ActiveConfig, type Memory } from './config/activeConfig.ts';
import { readScanSummary } from './dataset/readScanSummary.ts';
import { AnnotationStore } from './runs/annotationStore.ts';
import { RunFollower, type RunsSnapshot } from './runs/runFollower.ts';
import { RunTrash } from './runs/trash.ts';

/** How often names, stars and the config are looked at, for what another program wrote. */
const lookEveryMs = 1500;

/** One workspace folder with its own `.upsize`: its config, its runs and what is said of them. */
export class UpsizeFolder implements vscode.Disposable {
  readonly workspaceFolder: vscode.WorkspaceFolder;
  readonly config: ActiveConfig;
  readonly annotations: AnnotationStore;
  readonly trash: RunTrash;
  /** Settles after the first look at all runs. */
  readonly ready: Promise<void>;
  readonly #follower: RunFollower;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #configChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly #timer: NodeJS.Timeout;
  readonly #watcher: vscode.FileSystemWatcher;
  #snapshot: RunsSnapshot = { runs: [], unreadable: [] };
  #byId: ReadonlyMap<string, Run> = new Map();

  /** Runs came, went or said something; what is said of them changed; or the config did. */
  readonly onDidChange = this.#changed.event;
  /** A config of this folder was made, changed or deleted, by whatever program. */
  readonly onDidChangeConfig = this.#configChanged.event;

  constructor(workspaceFolder: vscode.WorkspaceFolder, memory: Memory) {
    this.workspaceFolder = workspaceFolder;
    this.config = new ActiveConfig(this.path, memory);
    this.annotations = new AnnotationStore(this.path);
    this.annotations.refresh();
    this.trash = new RunTrash(this.path);
    this.#follower = new RunFollower(this.path, (snapshot) => {
      this.#snapshot = snapshot;
      this.#byId = new Map(snapshot.runs.map((run) => [run.id, run]));
      this.#changed.fire();
    });
    this.#timer = setInterval(() => {
      const [said, configured] = [this.annotations.refresh(), this.config.refresh()];
      if (said || configured) this.#changed.fire();
    }, lookEveryMs);
    // Without `**` only the folder itself is watched, not what is below it.
    const configs = new vscode.RelativePattern(workspaceFolder, '{upsize.json,*.upsize.json,upsize.labels.csv}');
    this.#watcher = vscode.workspace.createFileSystemWatcher(configs);
    for (const event of [this.#watcher.onDidChange, this.#watcher.onDidCreate, this.#watcher.onDidDelete]) {
      event((uri) => {
        this.config.refresh();
        this.#configChanged.fire(uri);
        this.#changed.fire();
      });
    }
    this.ready = this.#follower.start();
  }

  /** Absolute path. */
  get path(): string {
    return this.workspaceFolder.uri.fsPath;
  }

  /** Oldest first. */
  get runs(): readonly Run[] {
    return this.#snapshot.runs;
  }

  get unreadable(): RunsSnapshot['unreadable'] {
    return this.#snapshot.unreadable;
  }

  get runsById(): ReadonlyMap<string, Run> {
    return this.#byId;
  }

  /** What the newest scan of a data set found, as its file has it; null where there is none that can be read. */
  readScanSummary(dataset: string): ScanSummary | null {
    return readScanSummary(this.path, dataset);
  }

  /** Looks for another config now, for who goes by it at once. */
  refreshConfig(): void {
    if (this.config.refresh()) this.#changed.fire();
  }

  /** Looks at everything now, rather than at the next turn. */
  async refresh(): Promise<void> {
    this.config.refresh();
    this.annotations.refresh();
    await this.#follower.refresh();
    this.#changed.fire();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#follower.end();
    this.#watcher.dispose();
    this.#configChanged.dispose();
    this.#changed.dispose();
  }
}
