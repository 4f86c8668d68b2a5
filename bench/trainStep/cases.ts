import '@tensorflow/tfjs-backend-cpu';
import type { Topology } from '../../trainer/model/topology.ts';
import type { TrainStepOptions } from '../../trainer/engine/trainStep.ts';
import { convNet } from '../../trainer/model/convNet.ts';
import { freeze } from '../../trainer/model/freeze.ts';
import { graft } from '../../trainer/model/graft.ts';
import { topologyOf } from '../../trainer/model/topology.ts';
import { configSchema, type Extend, type ModelOptions } from '../../trainer/protocol/config.ts';

/** What every contender of a case trains: the same net, the same frozen layers, the same optimizer. */
export interface TrainStepCase {
  name: string;
  batch: number;
  classes: number;
  topology: Topology;
  /** Names of the layers that do not train. */
  frozen: string[];
  options: TrainStepOptions;
}

const classes = 12;
const batches = [32, 128];
const sizes = [48, 96, 192];

/** All cases: the default net, with batch norm and without, at each size, and each feeder's stage on a frozen trunk of half the size. */
export function trainStepCases(): TrainStepCase[] {
  const defaults = configSchema.parse({ dataset: '.' }).model;
  const withoutBatchNorm: ModelOptions = { ...defaults, batchNormalization: false };
  const nets = sizes.flatMap((size) => [
    { name: 'default net', size, build: () => plainNet(defaults, size) },
    { name: 'net without batch norm', size, build: () => plainNet(withoutBatchNorm, size) },
    ...(['residual', 'lean', 'article'] as const).map((feeder) => ({
      name: `${feeder} feeder`,
      size,
      build: () => feederStage(defaults, size, { strategy: 'feeder', feeder, cut: 'wholeTrunk' }),
    })),
  ]);
  return nets.flatMap(({ name, size, build }) =>
    batches.map((batch) => ({
      name: `${name}, ${batch} × ${size} px`,
      batch,
      classes,
      ...build(),
      options: {
        optimizer: { name: 'rmsprop' as const, rho: 0.9, momentum: 0, epsilon: 1e-7 },
        labelSmoothing: 0,
        seed: 1,
      },
    })),
  );
}

function plainNet(options: ModelOptions, size: number) {
  const model = convNet(options, { size, classes, stagePrefix: `s${size}`, seed: 1 });
  const topology = topologyOf(model);
  model.dispose();
  return { topology, frozen: [] };
}

function feederStage(options: ModelOptions, size: number, extend: Extend) {
  const parent = convNet(options, { size: size / 2, classes, stagePrefix: `s${size / 2}`, seed: 1 });
  const { model, trunkLayers } = graft(parent, extend, { size, stagePrefix: `s${size}`, seed: 1 });
  const frozen = freeze(model, 'parent', trunkLayers);
  const topology = topologyOf(model);
  parent.dispose();
  model.dispose();
  return { topology, frozen };
}
