import { setTimeout as sleep } from 'node:timers/promises';
import { startPredictor, type PredictorProcess } from '../extension/prediction/predictorProcess.ts';
import { childEnvironment } from '../extension/trainer/childEnvironment.ts';
import type { Bench, BenchRow } from './bench.ts';
import { jpegsOf, photoFolder } from './benchPhotos.ts';
import { benchRow } from './benchRow.ts';
import { BenchWorkspace, shippedTrainer } from './trainedRun.ts';

/** How long a hover over an image path takes, by a real predictor child asked through the extension's own client. */
export const hoverBench: Bench = {
  name: 'hover',
  title:
    'What a hover over an image file waits for: three classes and a thumbnail from a real predictor child, asked as the extension asks. Warm: the 95th percentile over images not asked before. Cold: from starting the child to the first answer.',
  async run({ rounds, only, quick, photos, progress }) {
    const dataset = await photoFolder(quick ? null : photos, quick ? 120 : 2000);
    const workspace = new BenchWorkspace();
    const asked = quick ? 20 : 60;
    const files = jpegsOf(dataset, asked * rounds);
    const rows: BenchRow[] = [];
    try {
      const config = { dataset, engine: 'native' as const, training: { earlyStopping: false as const } };
      const run = await workspace.train({ ...config, stages: [{ size: 96, epochs: 1 }] });
      const row = (name: string, upsize: number[], atMost: number) => {
        progress(`${name}: ${upsize.map((value) => value.toFixed(0)).join(', ')} ms`);
        if (name.includes(only))
          rows.push(benchRow({ case: name, unit: 'ms', better: 'less', upsize, goal: { atMost } }));
      };
      const cold: number[] = [];
      for (let round = 0; round < rounds; round++)
        cold.push(await coldAnswer(workspace.folder, run.id, files[0] ?? ''));
      row('cold', cold, 2000);
      row('warm, idle', await warmPercentiles(workspace.folder, run.id, files, rounds), 100);

      const training = workspace.start({ ...config, stages: [{ size: 96, epochs: 500 }] }, ['--new-ladder']);
      try {
        await untilTraining(workspace);
        row('warm, during training', await warmPercentiles(workspace.folder, run.id, files, rounds), 100);
      } finally {
        await stopTraining(workspace);
        training.kill('SIGKILL');
      }
    } finally {
      workspace.remove();
    }
    return rows;
  },
};

function predictorOf(workspace: string): Promise<PredictorProcess> {
  return startPredictor({
    node: { file: process.execPath, environment: {} },
    entry: shippedTrainer,
    environment: childEnvironment(process.env),
    memoryLimitMegabytes: 1024,
    workspace,
    log: () => undefined,
  });
}

async function coldAnswer(workspace: string, runId: string, file: string): Promise<number> {
  const started = performance.now();
  const predictor = await predictorOf(workspace);
  await predictor.ask('predictImage', { runId, file });
  const milliseconds = performance.now() - started;
  predictor.dispose();
  await predictor.stopped;
  return milliseconds;
}

/** The 95th percentile of each round, each over images of its own. */
async function warmPercentiles(
  workspace: string,
  runId: string,
  files: readonly string[],
  rounds: number,
): Promise<number[]> {
  const predictor = await predictorOf(workspace);
  try {
    await predictor.ask('predictImage', { runId, file: files.at(-1) ?? '' });
    const each = Math.floor(files.length / rounds);
    const percentiles: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const times: number[] = [];
      for (const file of files.slice(round * each, (round + 1) * each)) {
        const started = performance.now();
        await predictor.ask('predictImage', { runId, file });
        times.push(performance.now() - started);
      }
      percentiles.push(times.toSorted((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1] ?? NaN);
    }
    return percentiles;
  } finally {
    predictor.dispose();
    await predictor.stopped;
  }
}

async function untilTraining(workspace: BenchWorkspace): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const run = workspace.newestRun();
    if (run?.state === 'running' && run.summary.step > 0) return;
    if (run?.state === 'failed') throw new Error(`The run beside the hover failed: ${run.summary.message}`);
    await sleep(200);
  }
  throw new Error('The run beside the hover has not begun to train within two minutes.');
}

async function stopTraining(workspace: BenchWorkspace): Promise<void> {
  const { requestStop } = await import('../trainer/protocol/stopRequest.ts');
  const run = workspace.newestRun();
  if (!run || run.state === 'completed') return;
  requestStop(run.folder, 'bench');
  const deadline = Date.now() + 60_000;
  while (workspace.newestRun()?.ownership?.kind === 'alive' && Date.now() < deadline) await sleep(200);
}
