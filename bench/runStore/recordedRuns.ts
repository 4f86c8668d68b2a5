import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { completedEvents, sha, WrittenWorkspace } from '../../test/unit/protocol/writtenRun.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';

const stages = [48, 96, 192];
const epochs = 12;

/** A workspace folder with so many finished runs in ladders of three, as they lie there some days later. */
export function recordedRuns(count: number): WrittenWorkspace {
  const workspace = new WrittenWorkspace();
  const yesterday = Date.now() / 1000 - 86_400;
  const idOf = (run: number) =>
    `20261101-${String(run).padStart(6, '0')}-${stages[run % stages.length]}-${sha.slice(0, 6)}`;
  for (let run = 0; run < count; run++) {
    const place = run % stages.length;
    const parent =
      place === 0
        ? {}
        : {
            parentId: idOf(run - 1),
            parentWeightsSha256: sha,
            parentWeights: 'model' as const,
            ladderId: idOf(run - place),
          };
    const manifest = workspace.manifest(idOf(run), { size: stages[place] ?? 48, ...parent });
    const weightsSha256 = createHash('sha256').update(manifest.id).digest('hex');
    const events = completedEvents(0.5 + (run % 400) / 1000, epochs);
    const folder = workspace.write(
      manifest,
      events.map((event) => ('weightsSha256' in event ? { ...event, weightsSha256 } : event)),
    );
    for (const file of [runPaths(folder).events(1), folder]) utimesSync(file, yesterday, yesterday);
  }
  return workspace;
}
