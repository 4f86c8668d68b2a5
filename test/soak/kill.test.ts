import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import {
  assertSameRun,
  killMoments,
  trainKilled,
  trainUndisturbed,
  type KillAt,
  type KillMoment,
} from '../trainer/killedRuns.ts';
import { TinyWorkspace } from '../trainer/tinyWorkspace.ts';

const kills = Number(process.env.UPSIZE_KILLS ?? 50);

/** A stage as it comes out undisturbed, and where it starts from. */
interface Stage {
  id: string;
  parentId: string | undefined;
  wholeMs: number;
}

describe(`runs of three stages, killed ${kills} times`, function () {
  this.timeout(3_600_000);
  let workspace: TinyWorkspace;
  before(async () => (workspace = await TinyWorkspace.make()));
  after(() => workspace.remove());

  it('end with the weights of the undisturbed ones, and lose nothing that was acknowledged', async () => {
    // New layers before a frozen trunk, then all layers on larger images.
    const config = workspace.config({
      stages: [
        { size: 16 },
        { size: 32, freeze: 'parent' },
        { size: 48, extend: { strategy: 'resize' }, freeze: 'none' },
      ],
    });
    const stages: Stage[] = [];
    while (stages.length < config.stages.length) {
      const parentId = stages.at(-1)?.id;
      const { id } = await trainUndisturbed(workspace, config, parentId);
      const { startedAt, endedAt } = workspace.run(id).summary;
      stages.push({ id, parentId, wholeMs: (endedAt ?? 0) - (startedAt ?? 0) });
    }
    const found: KillMoment[] = [];
    let tooLate = 0;
    for (let turn = 0; found.length < kills; turn++) {
      const place = turn % stages.length;
      const stage = stages[place];
      assert.ok(stage);
      const plan: KillAt[] = [
        stage.parentId === undefined ? 'starting' : 'between stages',
        { afterMs: randomInt(0, stage.wholeMs) },
        'mid-epoch',
        'mid-checkpoint',
        'evaluating',
      ];
      const killed = await trainKilled(workspace, config, plan.slice(0, kills - found.length), stage.parentId);
      for (const id of killed.ids) {
        assertSameRun(workspace, stage.id, id);
        const { damagedLines, summary } = workspace.run(id);
        assert.ok(damagedLines < summary.attempt, 'more lines are damaged than attempts were killed');
      }
      found.push(...killed.found);
      tooLate += killed.tooLate;
      const late = killed.tooLate === 0 ? '' : `; ${killed.tooLate} came too late and were made again`;
      console.log(`      stage ${place + 1}, ${found.length} of ${kills}: ${killed.found.join(', ')}${late}`);
    }
    const counts = killMoments.map((moment) => `${found.filter((one) => one === moment).length} ${moment}`);
    console.log(`      ${found.length} kills: ${counts.join(', ')}; ${tooLate} more came too late and are not counted`);
  });
});
