/**
 * CPU time of a training step on the WASM engine beside stock tfjs-backend-wasm, whose only own kernel is the filter
 * gradient that it lacks: node bench/wasmStep.ts [--size 48] [--batch 32] [--rounds 5]. The two take turns; each is a
 * process of its own.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { createEagerStep } from '../trainer/engine/eagerStep.ts';
import { loadEngine } from '../trainer/engine/loadEngine.ts';
import { registerPlainKernels } from '../trainer/engine/plainKernels.ts';
import { sampleBatch, sampleNet, sampleStepOptions } from '../trainer/engine/sampleNet.ts';
import { registerConv2DBackpropFilter } from '../trainer/engine/wasm/conv2dBackpropFilter.ts';
import { median } from './statistics.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '48' },
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    contender: { type: 'string' },
  },
});
const [size, count] = [Number(values.size), Number(values.batch)];

async function loadStock(): Promise<void> {
  registerConv2DBackpropFilter('wasm');
  registerPlainKernels('wasm');
  wasm.setWasmPaths(`${import.meta.dirname}/../node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  await tf.setBackend('wasm');
}

/** CPU milliseconds of one step, after one to warm up. */
async function measure(contender: string): Promise<number> {
  await (contender === 'stock' ? loadStock() : loadEngine('wasm'));
  const model = sampleNet(size);
  const step = createEagerStep(model, sampleStepOptions);
  const batch = sampleBatch(count, size);
  await step.run(batch, { learningRate: 1e-3, step: 0 });
  const before = process.cpuUsage();
  const steps = 3;
  for (let index = 1; index <= steps; index++) await step.run(batch, { learningRate: 1e-3, step: index });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / steps;
}

if (values.contender !== undefined) {
  console.log(await measure(values.contender));
} else {
  const rows: { stock: number; upsize: number }[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const of = (contender: string) => {
      const arguments_ = [import.meta.filename, `--size=${size}`, `--batch=${count}`, `--contender=${contender}`];
      const { stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' });
      const figure = Number(stdout.trim().split('\n').at(-1));
      if (!(figure > 0)) throw new Error(`${contender} gave no figure: ${stderr}`);
      return figure;
    };
    rows.push({ stock: of('stock'), upsize: of('upsize') });
  }
  const [stock, upsize] = [median(rows.map((row) => row.stock)), median(rows.map((row) => row.upsize))];
  const ratio = median(rows.map((row) => row.stock / row.upsize));
  console.log(
    `${count} images of ${size} px: stock ${stock.toFixed(0)} CPU ms a step, Upsize ${upsize.toFixed(0)}, ratio ${ratio.toFixed(2)}`,
  );
}
