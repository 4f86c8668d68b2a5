import { existsSync } from 'node:fs';
import path from 'node:path';

export const repository = path.dirname(import.meta.dirname);

/** The Node that the bootstrap brings where the machine's own is too old. */
export const nodePackage = { version: '24.21.0', name: `node-${process.platform}-${process.arch}` };
export const toolsDirectory = path.join(repository, '.tools', 'node');

/** Path of the Node that the bootstrap brought, whether it is there or not. */
export const broughtNode = path.join(
  toolsDirectory,
  'node_modules',
  nodePackage.name,
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** Written once the brought Node has run: an interrupted install leaves files that do not. */
export const broughtNodeMark = path.join(toolsDirectory, 'complete');

/** Node strips types by itself from 22.18 on, and from 23.6 on. */
export function isSuitable(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** A Node that runs Upsize: this process's own, else the brought one, else null. */
export function suitableNode() {
  if (isSuitable(process.version)) return process.execPath;
  return existsSync(broughtNodeMark) && existsSync(broughtNode) ? broughtNode : null;
}
