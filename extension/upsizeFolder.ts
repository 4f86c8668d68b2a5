import * as vscode from 'vscode';
import type { Run } from '../trainer/protocol/runSummary.ts';
import type { ScanSummary } from '../trainer/protocol/scan.ts';
import { ActiveConfig, type Memory } from './config/activeConfig.ts';
import { NewestScan } from './dataset/newestScan.ts';
import { AnnotationStore } from './runs/annotationStore.ts';
import { RunFollower, type RunsSnapshot } from './runs/runFollower.ts';
import { RunTrash } from './runs/trash.ts';

/** How often names, stars, the config and the scan are looked at, for what another program wrote. */
const lookEveryMs = 1500;

/** One workspace folder with its own `.upsize`: its config, its runs and what is said of them. */
export class UpsizeFolder implements vscode.Disposable {
  readonly workspaceFolder: vscode.WorkspaceFolder;
  readonly config: ActiveConfig;
  readonly annotations: AnnotationStore;
  readonly trash: RunTrash;
  /** Settles after the first look at all runs. */
  readonly ready: Promise<void>;
  readonly #scan: NewestScan;
  readonly #follower: RunFollower;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #configChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly #scanChanged = new vscode.EventEmitter<void>();
  readonly #timer: NodeJS.Timeout;
  readonly #watcher: vscode.FileSystemWatcher;
  #snapshot: RunsSnapshot = { runs: [], unreadable: [] };
  #byId: ReadonlyMap<string, Run> = new Map();

  /** Runs came, went or said something; what is said of them changed; or the config or its scan did. */
  readonly onDidChange = this.#changed.event;
  /** A config of this folder was made, changed or deleted, by whatever program. */
  readonly onDidChangeConfig = this.#configChanged.event;
  /** There is another `scan` than before. */
  readonly onDidChangeScan = this.#scanChanged.event;

  constructor(workspaceFolder: vscode.WorkspaceFolder, memory: Memory) {
    this.workspaceFolder = workspaceFolder;
    this.config = new ActiveConfig(this.path, memory);
    this.#scan = new NewestScan(this.path, () => this.config.dataset);
    this.annotations = new AnnotationStore(this.path);
    this.annotations.refresh();
    this.trash = new RunTrash(this.path);
    this.#follower = new RunFollower(this.path, (snapshot) => {
      this.#snapshot = snapshot;
      this.#byId = new Map(snapshot.runs.map((run) => [run.id, run]));
      this.#changed.fire();
    });
    this.#timer = setInterval(() => this.look(), lookEveryMs);
    // Without `**` only the folder itself is watched, not what is below it.
    const configs = new vscode.RelativePattern(workspaceFolder, '{upsize.json,*.upsize.json,upsize.labels.csv}');
    this.#watcher = vscode.workspace.createFileSystemWatcher(configs);
    for (const event of [this.#watcher.onDidChange, this.#watcher.onDidCreate, this.#watcher.onDidDelete]) {
      event((uri) => {
        this.look();
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

  /** What the newest scan of the config's data set found; null where there is none that can be read. */
  get scan(): ScanSummary | null {
    return this.#scan.summary;
  }

  /** Looks now at all but the runs, for who goes by the config or the scan at once. */
  look(): void {
    const [said, configured] = [this.annotations.refresh(), this.config.refresh()];
    // By the config that is there now, which names the data set.
    const scanned = this.#scan.refresh();
    if (scanned) this.#scanChanged.fire();
    if (said || configured || scanned) this.#changed.fire();
  }

  /** Looks at everything now, rather than at the next turn. */
  async refresh(): Promise<void> {
    this.look();
    await this.#follower.refresh();
    this.#changed.fire();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#follower.end();
    this.#watcher.dispose();
    this.#configChanged.dispose();
    this.#scanChanged.dispose();
    this.#changed.dispose();
  }
}
