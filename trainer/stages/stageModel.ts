import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import * as z from 'zod';
import { classListChange } from '../dataset/classList.ts';
import type { NamedArray } from '../engine/trainStep.ts';
import { convNet } from '../model/convNet.ts';
import { freeze } from '../model/freeze.ts';
import { hashFrozen, type FrozenHashes } from '../model/freezeProof.ts';
import { graft } from '../model/graft.ts';
import { readWeights } from '../model/modelWeights.ts';
import { openModelFolder } from '../model/modelFolder.ts';
import { modelArtifacts, openModel, type ModelMetadata, type OpenedModel } from '../model/serialize.ts';
import type { EffectiveStage } from '../protocol/config.ts';
import type { RunManifest } from '../protocol/runFolder.ts';
import { runFolderOf, runPaths } from '../protocol/runPaths.ts';
import { replaceFileDurably } from '../protocol/replaceFile.ts';
import { CheckpointFolder, type Checkpoint } from '../run/checkpoint.ts';
import { weightsHash } from '../run/weightsHash.ts';

/** The model of a stage, frozen as the stage wants it, and what has to be known of it beside its weights. */
export interface StageModel {
  /** The caller disposes it. */
  model: tfl.LayersModel;
  trunkLayers: string[];
  frozenLayers: string[];
  /** Hashes of the frozen tensors before the first step of the first attempt. */
  frozenBefore: FrozenHashes;
  /** Whether the model begins with its parent's answers. */
  preservesParent: boolean;
}

const recordSchema = z.object({
  trunkLayers: z.array(z.string()),
  preservesParent: z.boolean(),
  frozen: z.record(z.string(), z.string()),
});

/** A stage's model as it was made: written once, so that a resume needs neither the parent nor luck. */
export function stageModelFiles(runFolder: string): { topology: string; record: string } {
  const { checkpoints } = runPaths(runFolder);
  return { topology: path.join(checkpoints, 'model.json'), record: path.join(checkpoints, 'stage.json') };
}

/**
 * Makes the model of a run: out of its parent, or new. The parent's weights are held against the hash in the manifest.
 * Throws, naming the parent, when it is gone or is not what it was.
 */
export async function makeStageModel(
  runFolder: string,
  workspace: string,
  manifest: RunManifest,
  metadata: ModelMetadata,
): Promise<StageModel> {
  const { stage, seed, model: options } = manifest.config;
  const stagePrefix = `s${stage.size}`;
  let made: Pick<StageModel, 'model' | 'trunkLayers' | 'preservesParent'>;
  if (manifest.parentId === null) {
    const classes = metadata.classNames.length;
    const model = convNet(options, { size: stage.size, classes, stagePrefix, seed });
    made = { model, trunkLayers: [], preservesParent: false };
  } else {
    const parent = await openParent(workspace, manifest);
    try {
      const change = classListChange(parent.metadata.classNames, metadata.classNames);
      if (change !== null) {
        throw new Error(
          `The classes are no longer those of the parent run (${change.what}), so its model cannot be continued. Start a new ladder from the first stage.`,
        );
      }
      made = graft(parent.model, stage.extend ?? { strategy: 'resize' }, { size: stage.size, stagePrefix, seed });
    } finally {
      parent.model.dispose();
    }
  }
  const frozenLayers = freezeStage(manifest.config.stage, made);
  const frozenBefore = hashFrozen(readWeights(made.model), frozenLayers);
  const { topology, record } = stageModelFiles(runFolder);
  replaceFileDurably(topology, modelArtifacts(made.model, metadata).modelJson);
  replaceFileDurably(
    record,
    JSON.stringify({
      trunkLayers: made.trunkLayers,
      preservesParent: made.preservesParent,
      frozen: Object.fromEntries(frozenBefore),
    }),
  );
  return { ...made, frozenLayers, frozenBefore };
}

/**
 * The model of a run that was begun before, with the weights of a checkpoint; null when it never came that far. Throws
 * where the weights do not come out as those that were saved.
 */
export function reopenStageModel(
  runFolder: string,
  manifest: RunManifest,
  { weights, state }: Checkpoint,
): StageModel | null {
  const { topology, record } = stageModelFiles(runFolder);
  if (!existsSync(topology) || !existsSync(record)) return null;
  const { trunkLayers, preservesParent, frozen } = recordSchema.parse(JSON.parse(readFileSync(record, 'utf8')));
  const { model } = openModel({ modelJson: readFileSync(topology, 'utf8'), weights: concatenated(weights) });
  if (weightsHash(readWeights(model)) !== state.weightsSha256) {
    model.dispose();
    throw new Error(
      `The checkpoint of step ${state.step} does not fit ${topology}: its weights come out as others. Train the stage again.`,
    );
  }
  const frozenLayers = freezeStage(manifest.config.stage, { model, trunkLayers });
  return { model, trunkLayers, preservesParent, frozenLayers, frozenBefore: new Map(Object.entries(frozen)) };
}

/** The finished model of a run, or its best so far where the manifest of its child asks for that. */
async function openParent(workspace: string, manifest: RunManifest): Promise<OpenedModel> {
  const folder = runFolderOf(workspace, manifest.parentId ?? '');
  if (!existsSync(folder)) {
    throw new Error(
      `The parent run ${manifest.parentId} is gone; restore it from the trash, or start from another run.`,
    );
  }
  const opened = manifest.parentWeights === 'best' ? openBest(folder) : await openModelFolder(runPaths(folder).model);
  if (weightsHash(readWeights(opened.model)) !== manifest.parentWeightsSha256) {
    opened.model.dispose();
    throw new Error(
      `The weights of the parent run ${manifest.parentId} are not what they were when this run was asked for.`,
    );
  }
  return opened;
}

/** The best weights so far of a run that did not finish. Throws when no epoch was finished. */
export function openBest(runFolder: string): OpenedModel {
  const best = new CheckpointFolder(runFolder).readNewest('best');
  if (best === null) throw new Error(`${runFolder}: no epoch was finished, so there are no best weights.`);
  return openModel({
    modelJson: readFileSync(stageModelFiles(runFolder).topology, 'utf8'),
    weights: concatenated(best.weights),
  });
}

/** Checkpoints keep weights in the model's order, as model files do. */
function concatenated(weights: readonly NamedArray[]): Uint8Array {
  const parts = weights.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat(parts);
}

/** Freezes what a stage wants frozen and names it. Throws when a name matches no layer or nothing is left to train. */
export function freezeStage(
  { extend, freeze: spec }: EffectiveStage,
  made: Pick<StageModel, 'model' | 'trunkLayers'>,
): string[] {
  const trainableFrom = extend?.strategy === 'resize' ? extend.trainableFrom : undefined;
  return freeze(made.model, spec, made.trunkLayers, trainableFrom);
}
