import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { ProbeReport } from '../../trainer/protocol/probeReport.ts';
import type { NodeCommand } from './runCommandLine.ts';
import { TrainerError } from './trainerError.ts';

const leastNode = 22;

export interface NodeCandidate extends NodeCommand {
  /** For people: where it comes from. */
  source: string;
}

export interface ChosenNode extends NodeCandidate {
  engine: 'native' | 'wasm';
  /** Why not the native engine, as a sentence; null where it is used, or where WASM was asked for. */
  whyNotNative: string | null;
  /** Why it is not the Node of the setting, where one is set that cannot be used, as a sentence; else null. */
  settingFault: string | null;
}

const settingSource = 'the setting upsize.nodePath';

/** Which Nodes could run the trainer, in the order to try: VS Code's own, the setting's, the first on PATH. */
export function nodeCandidates(options: {
  setting: string;
  execPath: string;
  isElectron: boolean;
  searchPath: string;
}): NodeCandidate[] {
  const candidates: NodeCandidate[] = [
    {
      file: options.execPath,
      environment: options.isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
      source: 'VS Code’s own Node',
    },
  ];
  if (options.setting !== '') {
    candidates.push({ file: options.setting, environment: {}, source: settingSource });
  }
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
 * The first candidate in which a child, by `probe`, decodes an image and trains one step on the native engine; else the first
 * that does so on WASM. Another Node is only asked where it could do better. Throws with what was tried where none works.
 */
export async function chooseNode(
  candidates: readonly NodeCandidate[],
  probe: (candidate: NodeCandidate) => Promise<ProbeReport>,
): Promise<ChosenNode> {
  let slow: Omit<ChosenNode, 'settingFault'> | undefined;
  const failures = new Map<string, string>();
  const chosen = (node: Omit<ChosenNode, 'settingFault'>) => ({
    ...node,
    settingFault: settingFault(candidates, failures),
  });
  for (const candidate of candidates) {
    try {
      const { node, engine, whyNotNative = null, nativeInstalled } = await probe(candidate);
      if (majorOf(node) < leastNode) throw new Error(`it is Node ${node}; ${leastNode} or newer is needed`);
      if (engine === 'native') return chosen({ ...candidate, engine, whyNotNative: null });
      slow ??= { ...candidate, engine, whyNotNative };
      // Not installed or not wanted: no Node can change that.
      if (!nativeInstalled || whyNotNative === null) break;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.set(candidate.source, `${candidate.source} (${candidate.file}): ${why}`);
    }
  }
  if (slow) return chosen(slow);
  const tried = [...failures.values()].join('; ');
  throw new TrainerError(
    'noNode',
    `No Node here can run Upsize’s trainer. Set "upsize.nodePath" to a Node ${leastNode} or newer. Tried: ${tried}`,
  );
}

/** Why the setting's Node cannot be used: it was tried in vain, or is plainly none, though none was needed yet. */
function settingFault(candidates: readonly NodeCandidate[], failures: ReadonlyMap<string, string>): string | null {
  const set = candidates.find(({ source }) => source === settingSource);
  if (!set) return null;
  const failure = failures.get(settingSource);
  if (failure !== undefined) return failure;
  return isExecutable(set.file) ? null : `${settingSource} (${set.file}): there is no program of that name`;
}

function majorOf(version: string): number {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}
