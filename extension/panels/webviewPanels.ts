import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { UpsizeContext } from '../upsizeContext.ts';
import { inFolder } from '../folderName.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { panelHtml } from './panelHtml.ts';
import type { Saving } from './saving.ts';

/** The host of one open panel. */
export interface PanelHost extends vscode.Disposable {
  readonly channel: { receive(message: unknown): Promise<void>; sendSnapshot(): Promise<void> };
}

/** What the host of a panel is made with. */
export interface HostSetting {
  folder: UpsizeFolder;
  post: (message: unknown) => void;
  log: (message: string) => void;
  saving: Saving;
  /** Address under which the view may load a file of the panel's roots. */
  addressOf: (file: string) => string;
}

/** One kind of panel: which page it shows, what it is opened with, who answers it. */
export interface PanelKind<T extends { folder: string }> {
  /** `upsize.<name>`; also the name of its bundle. */
  name: string;
  icon: string;
  targetSchema: z.ZodType<T>;
  title: (folder: UpsizeFolder, target: T) => string;
  /** Folders besides dist/webviews that the page may load pictures from. */
  roots?: (folder: UpsizeFolder) => string[];
  /** Starts what answers the page; its code is loaded with the first panel of the kind. */
  host: (setting: HostSetting, target: T) => Promise<PanelHost>;
}

const savedSchema = z.object({ target: z.unknown() });

/** Opens panels of one kind, finds those that are open, and brings them back after a reload. */
export class WebviewPanels<T extends { folder: string }> {
  readonly #context: UpsizeContext;
  readonly #kind: PanelKind<T>;
  readonly #open = new Map<string, vscode.WebviewPanel>();

  constructor(context: UpsizeContext, kind: PanelKind<T>) {
    this.#context = context;
    this.#kind = kind;
  }

  /** Brings a panel of before a reload back; it closes where its folder is gone, or what it showed cannot be told. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    await this.#context.folders.ready;
    const target = this.#targetIn(state);
    const folder = target && this.#folderOf(target);
    if (target && folder) await this.#fill(panel, folder, target);
    else panel.dispose();
  }

  /** Shows the panel for a target: the one that is open, else a new one. */
  async show(folder: UpsizeFolder, target: T): Promise<void> {
    const open = this.#open.get(JSON.stringify(target));
    if (open) {
      open.reveal();
      return;
    }
    const title = this.#titleOf(folder, target);
    const panel = vscode.window.createWebviewPanel(`upsize.${this.#kind.name}`, title, vscode.ViewColumn.Active);
    await this.#fill(panel, folder, target);
  }

  #targetIn(state: unknown): T | null {
    const saved = savedSchema.safeParse(state);
    const target = saved.success ? this.#kind.targetSchema.safeParse(saved.data.target) : null;
    return target?.success === true ? target.data : null;
  }

  #folderOf(target: T): UpsizeFolder | undefined {
    return this.#context.folders.all.find((folder) => folder.path === target.folder);
  }

  #titleOf(folder: UpsizeFolder, target: T): string {
    return this.#kind.title(folder, target) + inFolder(this.#context.folders, folder);
  }

  async #fill(panel: vscode.WebviewPanel, folder: UpsizeFolder, target: T): Promise<void> {
    const { extension, log } = this.#context;
    const { webview } = panel;
    const bundles = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'webviews');
    const roots = (this.#kind.roots?.(folder) ?? []).map((root) => vscode.Uri.file(root));
    webview.options = { enableScripts: true, localResourceRoots: [bundles, ...roots] };
    panel.title = this.#titleOf(folder, target);
    panel.iconPath = new vscode.ThemeIcon(this.#kind.icon);
    const key = JSON.stringify(target);
    this.#open.set(key, panel);
    let isClosed = false;
    panel.onDidDispose(() => {
      isClosed = true;
      if (this.#open.get(key) === panel) this.#open.delete(key);
    });
    const setting: HostSetting = {
      folder,
      post: (message) => void webview.postMessage(message),
      log: (message) => log.warn(message),
      saving: savingIn(folder),
      addressOf: (file) => webview.asWebviewUri(vscode.Uri.file(file)).toString(),
    };
    const host = await this.#kind.host(setting, target).catch((error: unknown) => {
      // Without a host the panel would stay empty, and be found instead of a new one.
      panel.dispose();
      throw error;
    });
    if (isClosed) {
      host.dispose();
      return;
    }
    const received = webview.onDidReceiveMessage((message: unknown) => host.channel.receive(message));
    const renamed = folder.onDidChange(() => {
      const title = this.#titleOf(folder, target);
      if (panel.title !== title) panel.title = title;
    });
    // Buttons that were disabled are no longer.
    const trusted = vscode.workspace.onDidGrantWorkspaceTrust(() => void host.channel.sendSnapshot());
    panel.onDidDispose(() => {
      received.dispose();
      trusted.dispose();
      renamed.dispose();
      host.dispose();
    });
    webview.html = panelHtml({
      title: panel.title,
      language: vscode.env.language,
      nonce: randomBytes(16).toString('hex'),
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(bundles, `${this.#kind.name}.js`)).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(bundles, `${this.#kind.name}.css`)).toString(),
    });
  }
}

/** Asks where to save, beginning in the workspace folder, and writes there. */
function savingIn(folder: UpsizeFolder): Saving {
  return {
    save: async (fileName, content) => {
      const extension = path.extname(fileName).slice(1);
      const uri = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.file(path.join(folder.path, fileName)),
        ...(extension === '' ? {} : { filters: { [extension.toUpperCase()]: [extension] } }),
      });
      if (!uri) return false;
      await vscode.workspace.fs.writeFile(uri, content);
      return true;
    },
    copy: async (text) => vscode.env.clipboard.writeText(text),
  };
}
