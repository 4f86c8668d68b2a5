import type { OptimizerOptions, Precision } from '../trainStep.ts';
import { slotNamesOf } from '../optimizers.ts';
import { programEmitter } from './emitProgram.ts';
import { type Attributes, dataTypes, GraphBuilder, type Output } from './graphDef.ts';
import { GraphRefusedError } from './graphRefused.ts';
import type { ProgramSource } from './programOperation.ts';
import { emitUpdate } from './updateRule.ts';
import { type ModelWeight, stepInputs, stepResults, weightInput } from './recordStep.ts';

/** A variable of the graph: float32, kept by the session, read and set by these nodes. */
export interface GraphVariable {
  name: string;
  shape: readonly number[];
  handle: Output;
  read: Output;
  /** Feed a value here and fetch `assigned`, to set the variable. */
  value: Output;
  assigned: Output;
}

/** A training step as a graph, with the names of what is fed and fetched. */
export interface StepGraph {
  savedModel: Uint8Array;
  /** All weights of the model, in its order, by name. */
  weights: ReadonlyMap<string, GraphVariable>;
  /** The optimizer's slots, by the names that the eager optimizers give them. */
  slots: ReadonlyMap<string, GraphVariable>;
  feeds: {
    pixels: Output;
    transforms: Output;
    labels: Output;
    targets: Output;
    imageWeights: Output;
    step: Output;
    learningRate: Output;
  };
  fetches: {
    /** float32 `[2]`: loss, and how many are correct; fetching it trains. */
    train: Output;
    /** The same for a batch whose images are moved about as `transforms` says. */
    trainAugmented: Output;
    /** float32 `[batch, classes]`. */
    probabilities: Output;
    /** What batch norm is given, float32 `[channels]`, by the names of its moving statistics. */
    statistics: ReadonlyMap<string, Output>;
    /** Sets all slots to zero. */
    slotsZeroed: Output;
  };
  /** How many nodes there are of each operation. */
  operations: ReadonlyMap<string, number>;
}

/** A recording for any batch size: its results by name. */
export type RecordedProgram = ReadonlyMap<string, ProgramSource>;

const float32 = { type: 'dataType', value: dataTypes.float32 } as const;
const int32 = { type: 'dataType', value: dataTypes.int32 } as const;

/** Builds the graph out of what was recorded of a training step, a prediction and the statistics (`alignRecordings`). */
export function buildStepGraph(
  subject: {
    weights: readonly ModelWeight[];
    size: number;
    classes: number;
    optimizer: OptimizerOptions;
    precision: Precision;
    device?: 'cpu' | undefined;
  },
  { training, prediction, statistics }: Record<'training' | 'prediction' | 'statistics', RecordedProgram>,
): StepGraph {
  const { size, classes, device } = subject;
  const builder = new GraphBuilder(device && '/device:CPU:0');
  const fed = (name: string, dtype: Attributes[string], shape: readonly number[]) =>
    builder.node('Placeholder', [], { dtype, shape: { type: 'shape', value: shape } }, `feed/${name}`);
  const feeds: StepGraph['feeds'] = {
    pixels: fed('pixels', { type: 'dataType', value: dataTypes.uint8 }, [-1, size, size, 3]),
    transforms: fed('transforms', float32, [-1, 8]),
    labels: fed('labels', int32, [-1]),
    targets: fed('targets', float32, [-1, classes]),
    imageWeights: fed('imageWeights', float32, [-1]),
    step: fed('step', int32, []),
    learningRate: fed('learningRate', float32, []),
  };
  const batch = countImages(builder, feeds.pixels);
  const plain = builder.node(
    'Cast',
    [feeds.pixels],
    { SrcT: { type: 'dataType', value: dataTypes.uint8 }, DstT: float32 },
    'images',
  );
  const moved = builder.node(
    'ImageProjectiveTransformV3',
    [
      plain,
      feeds.transforms,
      builder.constant(dataTypes.int32, [2], Int32Array.of(size, size)),
      builder.constant(dataTypes.float32, [], Float32Array.of(0)),
    ],
    {
      dtype: float32,
      interpolation: { type: 'string', value: 'BILINEAR' },
      fill_mode: { type: 'string', value: 'NEAREST' },
    },
    'augmentedImages',
  );
  const weights = new Map(
    subject.weights.map(({ name, variable }, index) => [
      name,
      addVariable(builder, name, variable.shape, `weight${index}`),
    ]),
  );
  const updates = addOptimizer(builder, subject, weights);

  const emitterFor = (scope: string, images: Output, precision: Precision) => {
    const inputs = new Map<string, Output>([
      [stepInputs.images, images],
      [stepInputs.targets, feeds.targets],
      [stepInputs.imageWeights, feeds.imageWeights],
      [stepInputs.step, feeds.step],
      ...[...weights].map(([name, { read }]) => [weightInput(name), read] as const),
    ]);
    const emit = programEmitter(builder, { inputs, batch, scope, precision });
    return (from: RecordedProgram, name: string): Output => {
      const source = from.get(name);
      if (!source) throw new GraphRefusedError(`The step was recorded without its ${name}.`);
      return emit(source);
    };
  };
  const train = (scope: string, images: Output): Output => {
    const emit = emitterFor(scope, images, subject.precision);
    const correct = countCorrect(builder, scope, emit(training, stepResults.logits), feeds.labels);
    const loss = emit(training, stepResults.loss);
    const done: Output[] = [];
    for (const [name, { handle }] of weights) {
      if (training.has(`gradient/${name}`)) {
        done.push(updates.emit(name, emit(training, `gradient/${name}`), feeds.learningRate));
      } else if (training.has(`assigned/${name}`)) {
        const value = emit(training, `assigned/${name}`);
        done.push(builder.node('AssignVariableOp', [handle, value], { dtype: float32 }, `${scope}/assign`));
      }
    }
    const metrics = builder.node(
      'Pack',
      [loss, correct],
      { N: { type: 'int', value: 2 }, T: float32, axis: { type: 'int', value: 0 } },
      `${scope}/metrics`,
    );
    return after(builder, metrics, done, `${scope}/done`);
  };
  const emitStatistic = emitterFor('statistics', plain, 'float32');
  const fetches: StepGraph['fetches'] = {
    train: train('train', plain),
    trainAugmented: train('trainAugmented', moved),
    // What a model answers must not depend on how it was trained.
    probabilities: emitterFor('predict', plain, 'float32')(prediction, stepResults.probabilities),
    statistics: new Map([...statistics.keys()].map((name) => [name, emitStatistic(statistics, name)])),
    slotsZeroed: updates.slotsZeroed,
  };
  return {
    savedModel: builder.savedModel(),
    weights,
    slots: updates.slots,
    feeds,
    fetches,
    operations: builder.countOperations(),
  };
}

/** A value that is given only after other nodes have run. */
function after(builder: GraphBuilder, value: Output, nodes: readonly Output[], name: string): Output {
  return builder.node('Identity', [value, ...nodes.map((node) => `^${node}`)], { T: float32 }, name);
}

function addVariable(builder: GraphBuilder, name: string, lengths: readonly number[], scope: string): GraphVariable {
  const shape = { type: 'shape', value: lengths } as const;
  const handle = builder.node(
    'VarHandleOp',
    [],
    { dtype: float32, shape, shared_name: { type: 'string', value: scope } },
    scope,
  );
  const value = builder.node('Placeholder', [], { dtype: float32, shape }, `${scope}/value`);
  // A fed tensor may lie in an array of JavaScript's; the variable must not.
  const copy = builder.node('DeepCopy', [value], { T: float32 }, `${scope}/copy`);
  const assign = builder.node('AssignVariableOp', [handle, copy], { dtype: float32 }, `${scope}/assign`);
  const nothing = builder.constant(dataTypes.float32, [], Float32Array.of(0));
  return {
    name,
    shape: lengths,
    handle,
    read: builder.node('ReadVariableOp', [handle], { dtype: float32 }, `${scope}/read`),
    value,
    assigned: after(builder, nothing, [assign], `${scope}/assigned`),
  };
}

function addOptimizer(
  builder: GraphBuilder,
  { weights, optimizer }: { weights: readonly ModelWeight[]; optimizer: OptimizerOptions },
  variables: ReadonlyMap<string, GraphVariable>,
) {
  const byName = new Map<string, GraphVariable>();
  const handles = new Map<string, Output[]>();
  const zeroed: Output[] = [];
  const names = slotNamesOf(optimizer);
  // RMSprop's operation always keeps the last change, which is a slot of Keras' only where there is momentum.
  const hidden = optimizer.name === 'rmsprop' && optimizer.momentum === 0 ? ['change'] : [];
  for (const [index, { name, trained }] of weights.entries()) {
    const variable = variables.get(name);
    if (!trained || !variable) continue;
    const own = [...names, ...hidden].map((slotName) => {
      const slot = addVariable(builder, `${name}/${slotName}`, variable.shape, `slot${index}_${slotName}`);
      if (names.includes(slotName)) byName.set(slot.name, slot);
      const zeros = builder.node('ZerosLike', [variable.read], { T: float32 }, 'zeros');
      zeroed.push(builder.node('AssignVariableOp', [slot.handle, zeros], { dtype: float32 }, 'zero'));
      return slot.handle;
    });
    handles.set(name, own);
  }
  const nothing = builder.constant(dataTypes.float32, [], Float32Array.of(0));
  return {
    slots: byName,
    slotsZeroed: after(builder, nothing, zeroed, 'slotsZeroed'),
    emit(name: string, gradient: Output, learningRate: Output): Output {
      const variable = variables.get(name);
      if (!variable) throw new Error(`${name}: not a weight of the model.`);
      const update = { weight: variable.handle, slots: handles.get(name) ?? [], gradient, learningRate };
      return emitUpdate(builder, optimizer, update);
    },
  };
}

function countImages(builder: GraphBuilder, pixels: Output): Output {
  const shape = builder.node(
    'Shape',
    [pixels],
    { T: { type: 'dataType', value: dataTypes.uint8 }, out_type: int32 },
    'shape',
  );
  const at = (index: number) => builder.constant(dataTypes.int32, [1], Int32Array.of(index));
  return builder.node(
    'StridedSlice',
    [shape, at(0), at(1), at(1)],
    { T: int32, Index: int32, shrink_axis_mask: { type: 'int', value: 1 } },
    'batch',
  );
}

/** How many rows have their label on top, as a float32 scalar; the first of equal logits counts. */
function countCorrect(builder: GraphBuilder, scope: string, logits: Output, labels: Output): Output {
  const axis = builder.constant(dataTypes.int32, [], Int32Array.of(1));
  const best = builder.node('ArgMax', [logits, axis], { T: float32, Tidx: int32, output_type: int32 }, `${scope}/best`);
  const hit = builder.node('Equal', [best, labels], { T: int32 }, `${scope}/hit`);
  const asFloat = builder.node(
    'Cast',
    [hit],
    { SrcT: { type: 'dataType', value: dataTypes.bool }, DstT: float32 },
    `${scope}/hitAsFloat`,
  );
  const rows = builder.constant(dataTypes.int32, [1], Int32Array.of(0));
  return builder.node('Sum', [asFloat, rows], { T: float32, Tidx: int32 }, `${scope}/correct`);
}
