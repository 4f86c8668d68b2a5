import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
import type * as tfl from '@tensorflow/tfjs-layers';
import { sampleBatch, sampleNet, sampleStepOptions } from '../../../trainer/engine/sampleNet.ts';
import type { TrainStep } from '../../../trainer/engine/trainStep.ts';
import { chooseDevice, stepMs } from '../../../trainer/stages/chooseDevice.ts';
import { createStep, type CreatedStep } from '../../../trainer/stages/createStep.ts';
import { useBackend } from '../engine/useBackend.ts';

const size = 16;
const batch = sampleBatch(4, size);
const clock = { learningRate: 0.01, step: 0 };

/** All that a step has learned, as bytes. */
function learned(step: TrainStep): Buffer {
  return Buffer.concat([...step.getWeights(), ...step.getSlots()].map(({ data }) => Buffer.from(data.buffer)));
}

/** Makes something, and gives what was loaded into TensorFlow meanwhile. */
function recordingGraphs<T>(make: () => T): { made: T; graphs: Buffer[] } {
  const backend = tf.backend() as NodeJSKernelBackend;
  const { binding } = backend;
  const graphs: Buffer[] = [];
  const loadSavedModel = (folder: string, tags: string) => {
    graphs.push(readFileSync(join(folder, 'saved_model.pb')));
    return binding.loadSavedModel(folder, tags);
  };
  // Not a proxy of the addon itself, whose functions may not be replaced.
  backend.binding = new Proxy({} as typeof binding, {
    get: (_, name): unknown => (name === 'loadSavedModel' ? loadSavedModel : Reflect.get(binding, name)),
  });
  try {
    return { made: make(), graphs };
  } finally {
    backend.binding = binding;
  }
}

describe('whether GPU or processor computes is tried out', () => {
  let model: tfl.LayersModel;

  before(async function () {
    await useBackend(this, 'native');
    model = sampleNet(size);
  });
  after(() => model?.dispose());

  /** A step on the processor that does its work several times over, and stands for a slower device. */
  function stepOf(times: number, device?: 'cpu'): CreatedStep {
    const { step, fallback } = createStep('native', model, { ...sampleStepOptions, ...(device && { device }) });
    const run: TrainStep['run'] = async (...given) => {
      for (let more = 1; more < times; more++) await step.run(...given);
      return await step.run(...given);
    };
    return { step: { ...step, run }, fallback };
  }

  it('the faster one is taken, as if it had never run, and the sentence has both figures', async () => {
    const fresh = stepOf(1);
    const untrained = learned(fresh.step);
    fresh.step.dispose();
    for (const [gpu, cpu, expected] of [
      [1, 5, true],
      [5, 1, false],
    ] as const) {
      const { gpuUsed, why, step } = await chooseDevice((device) => stepOf(device ? cpu : gpu, device), batch);
      assert.equal(gpuUsed, expected, why);
      assert.match(
        why,
        expected
          ? /^The GPU computes: a step takes the GPU [\d.]+ ms and the processor longer/
          : /^The processor computes: a step takes the GPU [\d.]+ ms and the processor [\d.]+ ms \(of 20 steps\)/,
      );
      assert.ok(learned(step).equals(untrained));
      step.dispose();
    }
  });

  it('what a step has learned is what it was, whether it was timed to the end or gave up', async () => {
    const { step } = stepOf(1);
    for (let index = 0; index < 3; index++) await step.run(batch, clock);
    const before = learned(step);
    assert.ok((await stepMs(step, batch)) > 0);
    assert.ok(learned(step).equals(before));
    assert.equal(await stepMs(step, batch, 0), Infinity);
    assert.ok(learned(step).equals(before));
    step.dispose();
  });

  it('the processor takes over where the GPU fails, be it in the first step, and the sentence says of what', async () => {
    const failing = [
      () => {
        throw new Error('no kernel image is available');
      },
      () => {
        const { step, fallback } = stepOf(1);
        return { step: { ...step, run: () => Promise.reject(new Error('no kernel image is available')) }, fallback };
      },
    ];
    for (const gpu of failing) {
      const { gpuUsed, why, step } = await chooseDevice((device) => (device ? stepOf(1, device) : gpu()), batch);
      assert.equal(gpuUsed, false);
      assert.equal(why, 'The processor computes, since the GPU failed: no kernel image is available');
      assert.ok(Number.isFinite((await step.run(batch, clock)).loss));
      step.dispose();
    }
  });

  it('what is executed operation by operation stays on the GPU, untimed', async () => {
    const eager = createStep('native', model, sampleStepOptions, 'eager');
    const { gpuUsed, why, step } = await chooseDevice((device) => {
      assert.equal(device, undefined);
      return eager;
    }, batch);
    assert.deepEqual([gpuUsed, step], [true, eager.step]);
    assert.match(why, /not timed/);
    step.dispose();
  });

  it('what would be executed operation by operation on the processor is not put there', async () => {
    const create = (device?: 'cpu') => (device ? createStep('native', model, sampleStepOptions, 'eager') : stepOf(1));
    const { gpuUsed, step } = await chooseDevice(create, batch);
    assert.deepEqual([gpuUsed, step.mode], [true, 'graph']);
    step.dispose();
    const failing = (device?: 'cpu') => {
      if (!device) throw new Error('out of memory');
      return create(device);
    };
    await assert.rejects(chooseDevice(failing, batch), /out of memory/);
  });

  it('a graph that is bound to the processor trains to the very same weights as one that TensorFlow puts there', async () => {
    const trained: Buffer[] = [];
    for (const device of [undefined, 'cpu'] as const) {
      const {
        made: { step },
        graphs,
      } = recordingGraphs(() => stepOf(1, device));
      assert.deepEqual(
        graphs.map((graph) => graph.includes('/device:CPU:0')),
        [device === 'cpu'],
      );
      assert.equal(step.mode, 'graph');
      for (let index = 0; index < 3; index++) await step.run(batch, { learningRate: 0.01, step: index });
      trained.push(learned(step));
      step.dispose();
    }
    const [free, bound] = trained;
    assert.ok(free && bound?.equals(free));
  });
});
