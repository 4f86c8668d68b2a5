import { homedir } from 'node:os';
import path from 'node:path';

/** Where peers that benchmarks compare with are installed, once for all checkouts. */
export function peerFolder(name: string): string {
  const caches =
    process.env.XDG_CACHE_HOME || path.join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return path.join(caches, 'upsize', 'bench-peers', name);
}
