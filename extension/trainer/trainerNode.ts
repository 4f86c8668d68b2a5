import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { NodeCommand } from './runCommandLine.ts';
import { TrainerError } from './trainerError.ts';

export interface NodeCandidate extends NodeCommand {
  /** For people: where it comes from. */
  source: string;
}

export interface ChosenNode extends NodeCandidate {
  engine: 'native' | 'wasm';
}

/** Which Nodes could run the trainer, in the order to try: the setting's, VS Code's own, the first on PATH. */
export function nodeCandidates(options: {
  setting: string;
  execPath: string;
  isElectron: boolean;
  searchPath: string;
}): NodeCandidate[] {
  const candidates: NodeCandidate[] = [];
  if (options.setting !== '') {
    candidates.push({ file: options.setting, environment: {}, source: 'the setting upsize.nodePath' });
  }
  candidates.push({
    file: options.execPath,
    environment: options.isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
    source: 'VS Code’s own Node',
  });
  const onPath = firstOnPath(options.searchPath);
  if (onPath !== undefined) candidates.push({ file: onPath, environment: {}, source: 'node on PATH' });
  return candidates;
}

function firstOnPath(searchPath: string): string | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const files = searchPath.split(path.delimiter).filter(Boolean);
  return files.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first candidate in which a child loads sharp and the native engine, by `probe`; else the first that has WASM. Throws
 * with what was tried where none works.
 */
export async function chooseNode(
  candidates: readonly NodeCandidate[],
  probe: (candidate: NodeCandidate) => Promise<'native' | 'wasm'>,
): Promise<ChosenNode> {
  let slow: ChosenNode | undefined;
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      const engine = await probe(candidate);
      if (engine === 'native') return { ...candidate, engine };
      slow ??= { ...candidate, engine };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(`${candidate.source} (${candidate.file}): ${why}`);
    }
  }
  if (slow) return slow;
  throw new TrainerError(
    'noNode',
    `No Node here can run Upsize’s trainer. Set "upsize.nodePath" to a Node 22 or newer. Tried: ${failures.join('; ')}`,
  );
}
