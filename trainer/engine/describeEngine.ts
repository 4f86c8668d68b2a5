import type * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from './eagerStep.ts';
import { whyNoBfloat16 } from './bfloat16.ts';
import type { Engine } from './loadEngine.ts';
import { findBuild } from './native/nativeParts.ts';
import { sampleBatch, sampleNet, sampleStepOptions } from './sampleNet.ts';
import type { NativeBuild } from './tensorflowRelease.ts';
import type { TrainStep, TrainStepOptions } from './trainStep.ts';

/** Makes a training step; the engine's figure is measured with the one that training uses. */
export type MakeStep = (model: tfl.LayersModel, options: TrainStepOptions) => TrainStep | Promise<TrainStep>;

/** The engine with how fast it trains here. */
export interface EngineDescription extends Engine {
  /** The builds of the native engine that are installed here. */
  installed: NativeBuild[];
  /** Images a second of 48 × 48 pixels that the default network trains on, measured for about a second. */
  imagesPerSecond: number;
  /** Whether training may compute in bfloat16 here (`training.precision`). */
  bfloat16: boolean;
  /** How the step was executed. */
  mode: TrainStep['mode'];
}

const size = 48;

/** Measures the loaded engine for about a second (longer where one step takes longer than that). */
export async function describeEngine(engine: Engine, makeStep: MakeStep = createEagerStep): Promise<EngineDescription> {
  // A step of 32 images takes WASM two seconds.
  const count = engine.name === 'native' ? 32 : 8;
  const model = sampleNet(size);
  const step = await makeStep(model, sampleStepOptions);
  try {
    const batch = sampleBatch(count, size);
    let steps = 0;
    const train = async () => step.run(batch, { learningRate: 1e-3, step: steps++ });
    // The first steps allocate and compile.
    for (let warmUp = 0; warmUp < (engine.name === 'native' ? 3 : 1); warmUp++) await train();
    const from = steps;
    const start = performance.now();
    while (performance.now() - start < 1000) await train();
    const seconds = (performance.now() - start) / 1000;
    const bfloat16 = whyNoBfloat16(engine) === null;
    const installed = (['cpu', 'gpu'] as const).filter((build) => findBuild(build).found);
    return { ...engine, installed, imagesPerSecond: ((steps - from) * count) / seconds, bfloat16, mode: step.mode };
  } finally {
    step.dispose();
    model.dispose();
  }
}

/** The description in lines for a terminal. */
export function engineLines(description: EngineDescription): string[] {
  const { name, tfjs, tensorflow, build, threads, gpu, whyNotNative, installed } = description;
  const { imagesPerSecond, bfloat16, mode } = description;
  const versions =
    tensorflow === null
      ? `tfjs ${tfjs}`
      : `TensorFlow ${tensorflow}${build === 'gpu' ? ' for GPUs' : ''}, tfjs ${tfjs}`;
  const builds = installed.map((one) => ({ cpu: 'for the processor', gpu: 'for NVIDIA GPUs' })[one]);
  const figure = imagesPerSecond >= 100 ? imagesPerSecond.toFixed(0) : imagesPerSecond.toFixed(1);
  return [
    `Engine    ${name} (${versions})`,
    `Installed ${builds.join(' and ') || 'no native engine'}`,
    `Threads   ${threads}`,
    `GPU       ${gpu.note}`,
    `Speed     ${figure} images/s (default network, ${size} × ${size} pixels, ${mode} step${gpu.used ? ', on the GPU' : ''})`,
    ...(bfloat16 ? ['bfloat16  this processor has it: "training": { "precision": "bfloat16" } trains faster'] : []),
    ...(whyNotNative === undefined ? [] : [`Not native: ${whyNotNative}`]),
  ];
}
