import { type ProbeReport, probeReport } from '../protocol/probeReport.ts';
import { createEagerStep } from './eagerStep.ts';
import { engineEnvironment } from './engineEnvironment.ts';
import { runTool } from './install/runTool.ts';
import { type EngineChoice, loadEngine, type LoadEngineOptions } from './loadEngine.ts';
import { findNativeParts } from './native/nativeParts.ts';
import { sampleBatch, sampleNet, sampleStepOptions } from './sampleNet.ts';

/**
 * Decodes an image with sharp, loads the engine and trains on one batch, in this process: what a trainer needs to work.
 * Throws the first thing that fails. A native library that does not suit this Node may also end the process, so ask
 * through `probeEngine`.
 */
export async function runProbe(choice: EngineChoice, options: LoadEngineOptions = {}): Promise<ProbeReport> {
  const { default: sharp } = await import('sharp');
  const image = { width: 8, height: 8, channels: 3 as const, background: '#808080' };
  await sharp(await sharp({ create: image }).png().toBuffer())
    .raw()
    .toBuffer();
  const engine = await loadEngine(choice, options);
  const model = sampleNet(8);
  const step = createEagerStep(model, sampleStepOptions);
  try {
    const { loss } = await step.run(sampleBatch(2, 8), { learningRate: 1e-3, step: 0 });
    if (!Number.isFinite(loss))
      throw new Error(`One training step on the ${engine.name} engine gave a loss of ${loss}.`);
    return {
      version: 1,
      node: process.version,
      sharp: sharp.versions.sharp,
      engine: engine.name,
      tensorflow: engine.tensorflow,
      loss,
      nativeInstalled: findNativeParts({ addonPath: options.addonPath }).found,
      ...(engine.whyNotNative === undefined ? {} : { whyNotNative: engine.whyNotNative }),
    };
  } finally {
    step.dispose();
    model.dispose();
  }
}

/** Whether a Node can run the trainer. */
export type ProbeResult = { works: true; report: ProbeReport } | { works: false; reason: string };

/**
 * Asks another Node, in a process of its own, whether it can run the trainer: `node`, an executable (VS Code's own runs
 * as Node), runs `arguments_`, which must end in `runProbe` and print its report as JSON.
 */
export async function probeEngine(
  node: string,
  arguments_: readonly string[],
  { timeoutMs = 30_000 }: { timeoutMs?: number } = {},
): Promise<ProbeResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  const env = { ELECTRON_RUN_AS_NODE: '1', ...engineEnvironment({}) };
  const failed = (reason: string): ProbeResult => ({ works: false, reason: `${node}: ${reason}` });
  try {
    const { status, notStarted, stdout, stderr } = await runTool(node, arguments_, { env, signal });
    if (notStarted !== undefined) return failed(`could not be started (${notStarted}).`);
    if (status !== 0) {
      const lines = stderr.trim().split('\n');
      const said = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
      return failed(
        `the trial run ended with ${status === null ? 'a signal' : `status ${status}`}${said ? ` (${said})` : ''}.`,
      );
    }
    return { works: true, report: probeReport.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')) };
  } catch (error) {
    if (signal.aborted) return failed(`the trial run did not end within ${timeoutMs / 1000} s.`);
    return failed(`the trial run printed no report (${error instanceof Error ? error.message : String(error)}).`);
  }
}
