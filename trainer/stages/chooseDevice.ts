import type { Batch, TrainStep } from '../engine/trainStep.ts';
import type { CreatedStep } from './createStep.ts';

/** Where a stage's steps are computed, and a sentence that says why. */
export interface PlacedStep extends CreatedStep {
  gpuUsed: boolean;
  why: string;
}

const timedSteps = 20;
/** The first steps allocate, and on a GPU try which algorithm is the fastest. */
const warmUpSteps = 3;

/**
 * Trains the same net on the GPU and on the processor for 20 steps each, on a batch like those to come, and gives the faster
 * of the two as if it had never run: a small net can be faster on the processor. `create` makes the step of either. What
 * cannot be a graph cannot be put on one side, and is left on the GPU; where the GPU fails, the processor takes over.
 */
export async function chooseDevice(create: (device?: 'cpu') => CreatedStep, batch: Batch): Promise<PlacedStep> {
  let gpu: CreatedStep | null = null;
  let gpuMs: number;
  try {
    gpu = create();
    if (!isGraph(gpu)) return { ...gpu, gpuUsed: true, why: `The GPU computes. ${untimed}` };
    gpuMs = await stepMs(gpu.step, batch);
  } catch (error) {
    gpu?.step.dispose();
    const words = error instanceof Error ? error.message : String(error);
    const cpu = create('cpu');
    if (isGraph(cpu)) return { ...cpu, gpuUsed: false, why: `The processor computes, since the GPU failed: ${words}` };
    cpu.step.dispose();
    throw error;
  }
  const cpu = create('cpu');
  if (!isGraph(cpu)) {
    cpu.step.dispose();
    return { ...gpu, gpuUsed: true, why: `The GPU computes. ${untimed}` };
  }
  // It has lost as soon as it has taken longer than the GPU did for all of its steps.
  const cpuMs = await stepMs(cpu.step, batch, gpuMs * timedSteps);
  const gpuUsed = gpuMs <= cpuMs;
  const [chosen, other] = gpuUsed ? [gpu, cpu] : [cpu, gpu];
  other.step.dispose();
  const slower = Number.isFinite(cpuMs) ? milliseconds(cpuMs) : 'longer';
  const why = `The ${gpuUsed ? 'GPU' : 'processor'} computes: a step takes the GPU ${milliseconds(gpuMs)} and the processor ${slower} (of ${timedSteps} steps).`;
  return { ...chosen, gpuUsed, why };
}

const untimed = 'It was not timed against the processor, since the model is executed operation by operation.';

/** Only a graph can be bound to the processor where there is a GPU. */
function isGraph({ step }: CreatedStep): boolean {
  return step.mode === 'graph';
}

/**
 * Milliseconds that a step takes, without those that warm it up; infinite where the steps take more than `withinMs` together.
 * Weights and slots are afterwards what they were.
 */
export async function stepMs(step: TrainStep, batch: Batch, withinMs = Infinity): Promise<number> {
  const [weights, slots] = [step.getWeights(), step.getSlots()];
  const clock = { learningRate: 0, step: 0 };
  try {
    for (let warmUp = 0; warmUp < warmUpSteps; warmUp++) await step.run(batch, clock);
    const started = performance.now();
    for (let timed = 0; timed < timedSteps; timed++) {
      await step.run(batch, clock);
      if (performance.now() - started > withinMs) return Infinity;
    }
    return (performance.now() - started) / timedSteps;
  } finally {
    step.setWeights(weights);
    step.setSlots(slots);
  }
}

function milliseconds(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(2)} ms`;
}
