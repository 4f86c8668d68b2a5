/** The part of desktop VS Code's command line that tests use. Paths as they were given. */
export interface LauncherArguments {
  extensionDevelopmentPaths: string[];
  extensionTestsPath: string | undefined;
  userDataDir: string | undefined;
  extensionsDir: string | undefined;
  trustAll: boolean;
  /** Folder or `.code-workspace` file. */
  opened: string | undefined;
}

const withValue = new Set(['extensionDevelopmentPath', 'extensionTestsPath', 'user-data-dir', 'extensions-dir']);

/** Reads VS Code's arguments; flags that only mean something to a desktop program are left aside. */
export function parseLauncherArguments(args: readonly string[]): LauncherArguments {
  const parsed: LauncherArguments = {
    extensionDevelopmentPaths: [],
    extensionTestsPath: undefined,
    userDataDir: undefined,
    extensionsDir: undefined,
    trustAll: false,
    opened: undefined,
  };
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (!argument.startsWith('--')) {
      parsed.opened = argument;
      continue;
    }
    const equals = argument.indexOf('=');
    const name = argument.slice(2, equals === -1 ? undefined : equals);
    if (name === 'disable-workspace-trust') parsed.trustAll = true;
    if (!withValue.has(name)) continue;
    const value = equals === -1 ? rest.shift() : argument.slice(equals + 1);
    if (value === undefined) throw new Error(`--${name} needs a value.`);
    if (name === 'extensionDevelopmentPath') parsed.extensionDevelopmentPaths.push(value);
    if (name === 'extensionTestsPath') parsed.extensionTestsPath = value;
    if (name === 'user-data-dir') parsed.userDataDir = value;
    if (name === 'extensions-dir') parsed.extensionsDir = value;
  }
  return parsed;
}
