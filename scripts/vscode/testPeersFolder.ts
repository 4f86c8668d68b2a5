import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what the tests need beside the packages (a browser VS Code, other trackers) is installed once for all checkouts. */
export function testPeersFolder(): string {
  const caches =
    process.env['XDG_CACHE_HOME'] || join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(caches, 'upsize', 'test-peers');
}
