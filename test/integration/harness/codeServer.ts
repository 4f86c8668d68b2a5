import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { runLogged } from '../../../scripts/runLogged.ts';
import type { CodeServerInstall } from '../../../scripts/vscode/codeServerInstall.ts';
import { createProcessSession, type ProcessSession } from './processSession.ts';

const startTimeoutMs = 120_000;

export interface CodeServerOptions {
  install: CodeServerInstall;
  userDataDir: string;
  extensionsDir: string;
  /** Whether folders are trusted without being asked; without it they open in restricted mode. */
  trustAll: boolean;
  /**
   * As for a test: the workbench reads in its address which extension under development and which tests to load, and shows no
   * notification by itself. False: as for a user.
   */
  forTests?: boolean;
  environment?: Readonly<Record<string, string>>;
  /** Takes each line that the server prints. */
  log?: (line: string) => void;
}

/** What a window opens: a folder or a `.code-workspace` file (absolute paths), with extensions from source and a test module. */
export interface WindowOptions {
  folder?: string;
  workspace?: string;
  extensionDevelopmentPaths?: readonly string[];
  extensionTestsPath?: string;
}

/** VS Code's server for browsers, with the extension hosts that its windows start. */
export interface CodeServer {
  readonly port: number;
  readonly session: ProcessSession;
  /** Address of a window in a browser. */
  address(window: WindowOptions): string;
  /** Ends the server and everything that it or its windows started; trainers, which outlive windows, only unless kept. */
  stop(options?: { keepTrainers?: boolean }): void;
}

function serverArguments(options: CodeServerOptions): string[] {
  return [
    options.install.server,
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--without-connection-token',
    '--accept-server-license-terms',
    ...(options.forTests === false ? [] : ['--enable-smoke-test-driver']),
    '--disable-telemetry',
    '--user-data-dir',
    options.userDataDir,
    '--extensions-dir',
    options.extensionsDir,
    ...(options.trustAll ? ['--disable-workspace-trust'] : []),
  ];
}

async function listeningPort(server: ChildProcess, log: (line: string) => void): Promise<number> {
  const { stdout, stderr } = server;
  if (!stdout || !stderr) throw new Error('The server was started without pipes.');
  createInterface(stderr).on('line', log);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`VS Code's server did not listen within ${startTimeoutMs / 1000} s.`)),
      startTimeoutMs,
    );
    server.once('exit', (code, signal) => reject(new Error(`VS Code's server ended with ${signal ?? code}.`)));
    server.once('error', reject);
    createInterface(stdout).on('line', (line) => {
      log(line);
      const port = /Extension host agent listening on (\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}

/** Starts a server on a free port of this machine. It ends with this process, whichever way that ends. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const session = createProcessSession();
  const server = spawn(options.install.node, serverArguments(options), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment, ...session.environment },
  });
  const stop = ({ keepTrainers = false } = {}) => {
    process.off('exit', stopAll);
    server.kill(keepTrainers ? 'SIGTERM' : 'SIGKILL');
    if (!keepTrainers) session.killAll();
  };
  const stopAll = () => stop();
  process.on('exit', stopAll);
  try {
    const port = await listeningPort(server, options.log ?? (() => undefined));
    return { port, session, stop, address: (window) => addressOf(port, window) };
  } catch (error) {
    stop();
    throw error;
  }
}

function addressOf(port: number, window: WindowOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${encodeURI(path)}`;
  const payload = [
    ...(window.extensionDevelopmentPaths ?? []).map((path) => ['extensionDevelopmentPath', remote(path)]),
    ...(window.extensionTestsPath === undefined ? [] : [['extensionTestsPath', remote(window.extensionTestsPath)]]),
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (window.folder !== undefined) query.set('folder', window.folder);
  else if (window.workspace !== undefined) query.set('workspace', window.workspace);
  else query.set('ew', 'true');
  return `http://127.0.0.1:${port}/?${query}`;
}

/** Installs a VSIX into an extensions folder, as a user would. Throws with VS Code's own words. */
export async function installVsix(
  options: Pick<CodeServerOptions, 'install' | 'userDataDir' | 'extensionsDir'>,
  vsix: string,
): Promise<string> {
  return runLogged({
    file: options.install.node,
    args: [
      options.install.server,
      '--accept-server-license-terms',
      '--user-data-dir',
      options.userDataDir,
      '--extensions-dir',
      options.extensionsDir,
      '--install-extension',
      vsix,
      '--force',
    ],
    timeoutMs: 180_000,
  });
}
