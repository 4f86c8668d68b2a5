import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { configSchema, type EffectiveConfig } from '../../../trainer/protocol/config.ts';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import { isLive, type RunState } from '../../../trainer/protocol/runState.ts';
import type { Evaluation, RunOwner } from '../../../trainer/protocol/runFolder.ts';
import { runFolderOf, runPaths } from '../../../trainer/protocol/runPaths.ts';
import { bootId, processStart } from '../../../trainer/protocol/processIdentity.ts';
import { EventWriter } from '../../../trainer/run/eventWriter.ts';
import { StepColumnWriter } from '../../../trainer/run/stepColumnWriter.ts';
import { versions } from '../../../trainer/protocol/versions.ts';
import { written, writtenConfig, writtenManifest } from '../../writtenRun.ts';

/** Kinds of fruit, as in the sample. */
export const fruit = ['apple', 'banana', 'fig', 'grape', 'kiwi', 'lemon', 'mango', 'orange', 'peach', 'pear'];

/** What a written ladder is like. Times and accuracies are made up, by formulas without chance. */
export interface LadderOptions {
  name?: string | null;
  classNames?: string[];
  sizes?: number[];
  epochs?: number;
  stepsPerEpoch?: number;
  /** Steps that are logged as one line; all of an epoch where it is left out. */
  stepsPerLine?: number;
  images?: number;
  /** State of the last stage. */
  lastState?: RunState;
  /** Epochs of the last stage that are done. */
  lastEpochs?: number;
  /** Metrics of one epoch of the first stage are NaN and infinite. */
  notFinite?: boolean;
  created?: number;
  prefix?: string;
}

const start = Date.UTC(2026, 2, 14, 9, 30);
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** A number from 0 to 1 that looks like chance and is none. */
export function noise(...keys: (string | number)[]): number {
  return createHash('md5').update(keys.join(' ')).digest().readUInt32LE(0) / 2 ** 32;
}

function configOf(options: LadderOptions, stageIndex: number, size: number, epochs: number): EffectiveConfig {
  const { training } = configSchema.parse({ dataset: 'photos', training: { epochs } });
  const extend: EffectiveConfig['stage']['extend'] =
    stageIndex === 0
      ? null
      : stageIndex === 1
        ? { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' }
        : { strategy: 'resize' };
  const name = options.name === undefined ? 'Fruit' : options.name;
  const laterSizes = (options.sizes ?? [48, 96, 192]).slice(stageIndex + 1);
  const freeze = stageIndex === 1 ? 'parent' : 'none';
  return writtenConfig({ size, extend, freeze, training }, { name, stageIndex, laterSizes });
}

/** An evaluation whose mistakes fall on neighbouring classes, fewer at each later stage. */
function evaluationOf(run: string, classNames: string[], images: number, accuracy: number): Evaluation {
  const classes = classNames.length;
  const matrix = classNames.map(() => classNames.map(() => 0));
  const columns: Evaluation['images'] = {
    file: [],
    contentHash: [],
    trueClass: [],
    predictedClass: [],
    confidence: [],
    loss: [],
  };
  for (let image = 0; image < images; image++) {
    const trueClass = Math.floor(((image * image) / (images * images)) * classes);
    // The same image is hard at every stage.
    const hardness = 0.75 * noise('image', image) + 0.25 * noise(run, image);
    const right = hardness < accuracy;
    const away = 1 + Math.floor(noise('away', image) * Math.min(3, classes - 1));
    const predictedClass = right ? trueClass : (trueClass + away) % classes;
    const confidence = Math.min(
      0.999,
      Math.max(1.01 / classes, right ? 1 - hardness * 0.7 : 0.3 + 0.5 * noise('sure', image)),
    );
    const name = classNames[trueClass] ?? '';
    columns.file.push(`${name}/${name}_${String(image).padStart(4, '0')}.jpg`);
    columns.contentHash.push(hash(`image ${image}`));
    columns.trueClass.push(trueClass);
    columns.predictedClass.push(predictedClass);
    columns.confidence.push(confidence);
    columns.loss.push(right ? -Math.log(confidence) : -Math.log(Math.max(1e-7, (1 - confidence) / 3)));
    const row = matrix[trueClass];
    if (row) row[predictedClass] = (row[predictedClass] ?? 0) + 1;
  }
  const correct = matrix.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const perClass = classNames.map((_, at) => {
    const support = matrix[at]?.reduce((sum, value) => sum + value, 0) ?? 0;
    const predicted = matrix.reduce((sum, row) => sum + (row[at] ?? 0), 0);
    const hits = matrix[at]?.[at] ?? 0;
    const precision = predicted > 0 ? hits / predicted : 0;
    const recall = support > 0 ? hits / support : 0;
    return {
      precision,
      recall,
      f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
      support,
    };
  });
  const share = images > 0 ? correct / images : 0;
  const wide = images > 0 ? 1.96 * Math.sqrt((share * (1 - share)) / images) : 0;
  return {
    version: versions.evaluation,
    split: 'validation',
    weightsSha256: hash(run),
    classNames,
    loss: columns.loss.reduce((sum, value) => sum + value, 0) / Math.max(1, images),
    accuracy: share,
    accuracyInterval: [Math.max(0, share - wide), Math.min(1, share + wide)],
    top3Accuracy: Math.min(1, share + 0.2),
    macroF1: perClass.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, classes),
    perClass,
    confusionMatrix: matrix,
    images: columns,
  };
}

/** Writes the run folders of one ladder below `workspace/.upsize/runs` and returns their ids, smallest size first. */
export function writeLadder(workspace: string, options: LadderOptions = {}): string[] {
  const classNames = options.classNames ?? fruit;
  const sizes = options.sizes ?? [48, 96, 192];
  const epochs = options.epochs ?? 12;
  const stepsPerEpoch = options.stepsPerEpoch ?? 40;
  const stepsPerLine = options.stepsPerLine ?? stepsPerEpoch;
  const images = options.images ?? 400;
  const prefix = options.prefix ?? 'fruit';
  const ids = sizes.map((size, index) => `${prefix}-${index}-${size}`);
  let time = options.created ?? start;
  sizes.forEach((size, stage) => {
    const id = ids[stage] ?? '';
    const last = stage === sizes.length - 1;
    const state = last ? (options.lastState ?? 'completed') : 'completed';
    const done = last ? (options.lastEpochs ?? epochs - 2) : epochs - (stage === 0 ? 0 : 3);
    const paths = runPaths(runFolderOf(workspace, id));
    mkdirSync(paths.evaluation, { recursive: true });
    const manifest = writtenManifest({
      id,
      parentId: ids[stage - 1] ?? null,
      parentWeightsSha256: stage === 0 ? null : hash(ids[stage - 1] ?? ''),
      parentWeights: stage === 0 ? null : 'model',
      ladderId: ids[0] ?? '',
      config: configOf(options, stage, size, epochs),
      baseDirectory: '/data/fruit',
      created: time,
    });
    writeFileSync(paths.manifest, JSON.stringify(manifest));
    if (isLive(state)) {
      // This process owns the run, so that readers find its owner alive.
      const owner: RunOwner = {
        attempt: 1,
        host: hostname(),
        bootId: bootId(),
        pid: process.pid,
        processStart: processStart(process.pid) ?? '',
        nonce: 'written',
        time,
      };
      writeFileSync(paths.owner(1), JSON.stringify(owner));
    }
    const log = new EventWriter(paths.folder);
    const columns = new StepColumnWriter(paths.folder);
    const add = (event: RunEvent, seconds: number) => {
      if (event.type === 'steps') columns.add(event);
      time += seconds * 1000;
      log.write(event, time);
    };
    const gain = [0.531, 0.593, 0.608, 0.64, 0.65][stage] ?? 0.66;
    const before = stage === 0 ? 0.1 : ([0.531, 0.593, 0.608, 0.64][stage - 1] ?? 0.6) - 0.02;
    const evaluation = evaluationOf(id, classNames, images, gain);
    const machine = { node: '24.0.0', host: 'workstation', processor: 'Example CPU', pid: 4242 };
    add(written.attempt(machine), 1);
    add(written.engine({ threads: 8 }), 0.4);
    add(written.state('preparing'), 0.1);
    const hashes = { fingerprint: hash('data'), splitHash: hash('split'), labelsHash: hash('labels') };
    add(
      written.prepared({
        ...{ classNames, ...hashes, train: images * 4, validation: images, stepsPerEpoch },
        trainPerClass: classNames.map((_, at) => 20 + at * 9),
        smallerThanStage: stage * 50,
        seconds: 2.5,
      }),
      2.5,
    );
    add(
      written.model({
        trainableParameters: 61_000 + stage * 9000,
        totalParameters: 70_000 + stage * 20_000,
        memoryBytes: 90e6 * 3 ** stage,
        initialValAccuracy: stage === 0 ? null : before,
        parentValAccuracy: stage === 0 ? null : before + 0.02,
      }),
      0.5,
    );
    add(written.state('running'), 0.1);
    const stepMs = 14 * 2.4 ** stage;
    let rate = 0.001;
    for (let epoch = 0; epoch < done; epoch++) {
      const curve = (at: number) => before + (gain - before) * (1 - Math.exp(-at / (epochs / 4)));
      const bad = options.notFinite === true && stage === 0 && epoch === 3;
      const from = epoch * stepsPerEpoch;
      const seconds = (stepsPerEpoch * (stepMs + 2)) / 1000 + 1;
      for (let line = 0; line < stepsPerEpoch; line += stepsPerLine) {
        const length = Math.min(stepsPerLine, stepsPerEpoch - line);
        const column = (value: (step: number) => number) => Array.from({ length }, (_, at) => value(line + at));
        add(
          {
            type: 'steps',
            epoch,
            from: from + line,
            loss: column((step) =>
              bad
                ? Number.NaN
                : 2.3 - 1.9 * curve(epoch + step / stepsPerEpoch) + 0.35 * (noise('loss', stage, epoch, step) - 0.5),
            ),
            accuracy: column((step) =>
              Math.min(
                1,
                Math.max(
                  0,
                  curve(epoch + step / stepsPerEpoch) + 0.02 + 0.16 * (noise('hit', stage, epoch, step) - 0.5),
                ),
              ),
            ),
            inputMs: column((step) => 1 + noise('wait', step)),
            stepMs: column((step) => stepMs + noise('step', step)),
          },
          ((seconds - 1) * length) / stepsPerEpoch,
        );
      }
      const wobble = 0.018 * (noise('val', stage, epoch) - 0.5);
      const valAccuracy = epoch === done - 3 ? gain : Math.min(gain - 0.002, curve(epoch + 1) + wobble);
      const step = from + stepsPerEpoch;
      add(
        written.epoch(epoch, {
          step,
          loss: bad ? Number.NaN : 2.3 - 1.9 * curve(epoch + 0.8),
          accuracy: curve(epoch + 0.8) + 0.02 + 0.002 * epoch,
          valLoss: bad ? Number.POSITIVE_INFINITY : 2.35 - 1.8 * curve(epoch + 1) - wobble,
          valAccuracy: bad ? Number.NaN : valAccuracy,
          learningRate: rate,
          images: stepsPerEpoch * 32,
          seconds,
          imagesPerSecond: (stepsPerEpoch * 32) / (seconds - 1),
          inputSeconds: (stepsPerEpoch * 1.5) / 1000,
          stepSeconds: (stepsPerEpoch * stepMs) / 1000,
          evaluationSeconds: 1,
          rssBytes: 520e6 + 120e6 * stage + 2e6 * epoch,
          tensors: 120,
        }),
        1,
      );
      if (epoch === done - 3) add(written.best(epoch + 1, { file: 'best-1', step, weightsSha256: hash(id) }), 0.1);
      if (epoch === Math.floor(epochs / 2)) {
        add({ type: 'learningRate', epoch, step, from: rate, to: rate / 2 }, 0);
        rate /= 2;
      }
    }
    if (state === 'completed') {
      add(written.state('evaluating'), 0.1);
      const { split, loss, accuracy, accuracyInterval, top3Accuracy, macroF1, weightsSha256 } = evaluation;
      add(
        { type: 'evaluated', split, images, loss, accuracy, accuracyInterval, top3Accuracy, macroF1, weightsSha256 },
        2,
      );
      if (stage === 1)
        add(
          {
            type: 'frozen',
            tensors: 12,
            sha256Before: hash('a'),
            sha256After: hash('a'),
            unchanged: true,
            changedTensors: [],
          },
          0.1,
        );
      add({ type: 'modelSaved', weightsSha256, bytes: 300_000 }, 0.3);
      writeFileSync(paths.evaluationOf('validation'), JSON.stringify(evaluation));
    }
    if (state === 'failed') add({ type: 'log', level: 'error', message: 'The loss is NaN since step 160.' }, 0.1);
    if (state !== 'running') {
      const message =
        state === 'failed'
          ? 'The loss became NaN at step 160. Lower the learning rate (training.learningRate) and train again.'
          : null;
      add(written.state(state, { message }), 0.1);
    }
    log.close();
    columns.close();
    time += 5000;
  });
  return ids;
}
