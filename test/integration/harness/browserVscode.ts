import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBrowserVscode } from '../../../scripts/vscode/ensureVscode.ts';
import { buildSuites } from '../buildSuites.ts';
import { installVsix, startCodeServer, type CodeServer } from './codeServer.ts';
import { createExtensionHostBridge, type ExtensionHostBridge } from './extensionHostBridge.ts';
import { launchChromium, openWorkbench, type Workbench, type WorkbenchOptions } from './workbenchBrowser.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** The folder of the bridge's bundle, made once: windows that are open load from it. */
let suites: Promise<string> | null = null;

export interface BrowserVscodeOptions {
  /** False: folders open in restricted mode and ask. */
  trustAll?: boolean;
  /** Installed into the empty extensions folder; the sources' own extension is then not loaded. */
  vsix?: string;
  settings?: Readonly<Record<string, unknown>>;
  environment?: Readonly<Record<string, string>>;
  log?: (line: string) => void;
}

/** A window whose extension host the test reaches into. */
export interface VscodeWindow extends Workbench {
  evaluate: ExtensionHostBridge['evaluate'];
}

/** VS Code with a user data folder of its own, in which several windows can be open. */
export interface BrowserVscode {
  readonly server: CodeServer;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  open(window: Pick<WorkbenchOptions, 'folder' | 'workspace' | 'size' | 'log'>): Promise<VscodeWindow>;
  /** Kills the extension hosts of all windows, as a crash would; the windows stay. */
  killExtensionHosts(): number;
  stop(): Promise<void>;
}

/** Starts VS Code in the browser with Upsize, from its sources' bundle or from a VSIX. */
export async function startBrowserVscode(options: BrowserVscodeOptions = {}): Promise<BrowserVscode> {
  const log = options.log ?? (() => undefined);
  const bridgeBundle = path.join(await (suites ??= buildSuites()), 'bridge.cjs');
  const install = await ensureBrowserVscode(log);
  const scratch = await mkdtemp(path.join(tmpdir(), 'upsize-vscode-'));
  const userDataDir = path.join(scratch, 'user-data');
  const extensionsDir = path.join(scratch, 'extensions');
  // VS Code runs tests only beside an extension under development; this empty one is it where Upsize comes from a VSIX.
  const stub = path.join(scratch, 'stub');
  await mkdir(stub, { recursive: true });
  await writeFile(
    path.join(stub, 'package.json'),
    JSON.stringify({ name: 'stub', publisher: 'upsize-tests', version: '0.0.1', engines: { vscode: '*' } }),
  );
  await mkdir(path.join(userDataDir, 'User'), { recursive: true });
  const settings = { 'workbench.startupEditor': 'none', 'chat.disableAIFeatures': true, ...options.settings };
  await writeFile(path.join(userDataDir, 'User', 'settings.json'), JSON.stringify(settings));
  if (options.vsix !== undefined) {
    log(await installVsix({ install, userDataDir, extensionsDir }, options.vsix));
  }
  const server = await startCodeServer({
    install,
    userDataDir,
    extensionsDir,
    trustAll: options.trustAll ?? true,
    log,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  const browser = await launchChromium(install.chromium);
  const bridges: ExtensionHostBridge[] = [];
  return {
    server,
    userDataDir,
    extensionsDir,
    async open(window) {
      const bridge = await createExtensionHostBridge(bridgeBundle);
      bridges.push(bridge);
      const workbench = await openWorkbench(browser, server, {
        ...window,
        extensionDevelopmentPaths: [options.vsix === undefined ? root : stub],
        extensionTestsPath: bridge.extensionTestsPath,
      });
      return {
        ...workbench,
        evaluate: bridge.evaluate.bind(bridge),
        async reload() {
          const gone = bridge.hungUp();
          await workbench.reload();
          await gone;
        },
        async close() {
          await workbench.close();
          await bridge.close();
        },
      };
    },
    killExtensionHosts() {
      const hosts = server.session.processIds().filter(isExtensionHost);
      for (const id of hosts) process.kill(id, 'SIGKILL');
      return hosts.length;
    },
    async stop() {
      await browser.close();
      server.stop();
      await Promise.all(bridges.map((bridge) => bridge.close()));
      await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function isExtensionHost(processId: number): boolean {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'latin1').includes('--type=extensionHost');
  } catch {
    return false;
  }
}
