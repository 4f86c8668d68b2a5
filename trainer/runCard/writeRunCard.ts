import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { workspacePaths } from '../protocol/runPaths.ts';
import type { RunRow } from '../protocol/runRow.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { Run } from '../protocol/runSummary.ts';
import { replaceFileDurably } from '../protocol/replaceFile.ts';
import { collectRunCard } from './collectRunCard.ts';
import { renderRunCard } from './renderRunCard.ts';

export interface WriteRunCardOptions {
  workspace: string;
  /** From the first stage to the run that the card is about. */
  lineage: readonly Run[];
  rows: readonly RunRow[];
  /** Absolute path; null for `.upsize/cards/<run>.html`. */
  file: string | null;
}

/** Writes the run card of a run and of the stages before it: one HTML file that can be mailed. Returns its absolute path. */
export async function writeRunCard({ workspace, lineage, rows, file }: WriteRunCardOptions): Promise<string> {
  const id = lineage.at(-1)?.id;
  if (id === undefined) throw new Error('There is no run to write a card of.');
  const target = file ?? path.join(workspacePaths(workspace).cards, `${id}.html`);
  const page = renderRunCard(await collectRunCard(lineage, rows, new RunStore(workspace).list().runs));
  mkdirSync(path.dirname(target), { recursive: true });
  replaceFileDurably(target, page);
  return target;
}
