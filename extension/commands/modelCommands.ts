import * as vscode from 'vscode';
import * as z from 'zod';
import { extendSchema, freezeSchema, type Extend, type Freeze } from '../../trainer/protocol/config.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { readLayers } from '../runs/readLayers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { answered, askText, choose, chooseRun } from './ask.ts';
import { askJoiningSize, checkGraft, confirmGraft, type GraftRequest } from './graft.ts';
import { Declined } from './registerCommand.ts';
import { fineTuneRequest, startTraining, type Started } from './startTraining.ts';
import { canBeParent } from './trainCommands.ts';

const extendRequestSchema = z.object({
  size: z.number().int().optional(),
  extend: extendSchema.optional(),
  freeze: freezeSchema.optional(),
});

const parentOnly = {
  title: 'Which run?',
  fits: canBeParent,
  none: 'A completed run is needed, or one that was stopped after its first epoch.',
};

/** Trains the same size on from a run with some layers frozen. */
export async function freezeLayers(context: UpsizeContext, argument: unknown, request: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, { ...parentOnly, title: 'Freeze layers of which run?' });
  const said = extendRequestSchema.safeParse(request).data?.freeze;
  const freeze = said ?? (await chooseLayers(run, 'Freeze which layers?'));
  return startTraining(context, folder, {
    what: 'next',
    from: run.id,
    changes: { size: run.manifest.config.stage.size, extend: { strategy: 'resize' }, freeze },
  });
}

async function chooseLayers(run: Run, title: string): Promise<Freeze> {
  const layers = readLayers(run.folder).filter((layer) => layer.parameters > 0);
  if (layers.length === 0) {
    const text = await askText(title, { prompt: 'Names of layers, with * as wildcard, separated by commas' });
    return namesIn(text);
  }
  const chosen = answered(
    await vscode.window.showQuickPick(
      layers.map((layer) => ({
        label: layer.name,
        description: layer.type,
        detail: `${layer.parameters.toLocaleString()} parameters, output ${layer.outputShape.slice(1).join(' × ')}`,
        picked: !layer.trainable,
      })),
      { title, canPickMany: true, placeHolder: 'What is ticked does not train' },
    ),
  );
  return chosen.length === 0 ? 'none' : chosen.map((layer) => layer.label);
}

function namesIn(text: string): Freeze {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? 'none' : names;
}

/**
 * A larger input in front of a run's model: asks how it grows, what stays frozen and for a size that can be joined, shows the
 * graft check, and starts when that is confirmed. A caller that says the size has nothing to confirm; it is checked all the same.
 */
export async function extendModel(context: UpsizeContext, argument: unknown, request: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, {
    ...parentOnly,
    title: 'Extend the model of which run?',
  });
  const said = extendRequestSchema.safeParse(request).data ?? {};
  const extend = said.extend ?? (await chooseExtend());
  const freeze = said.freeze ?? (await chooseFrozen(run, extend));
  const changes = { extend, freeze };
  const graft: GraftRequest = { from: run.id, parentSize: run.manifest.config.stage.size, changes };
  let { size } = said;
  if (size === undefined) {
    const checked = await askJoiningSize(context, folder, graft);
    await confirmGraft(checked);
    ({ size } = checked);
  } else {
    const answer = await checkGraft(context, folder, graft, size);
    if (answer.outcome === 'cannotJoin') throw new Declined(answer.message);
  }
  return startTraining(context, folder, { what: 'next', from: run.id, changes: { ...changes, size } });
}

async function chooseExtend(): Promise<Extend> {
  const feeder = await choose<'residual' | 'lean' | 'article' | 'resize'>('How does the model grow?', [
    {
      label: 'Residual feeder',
      detail: 'New layers in front; begins exactly at the accuracy of the run',
      value: 'residual',
    },
    { label: 'Lean feeder', detail: 'Strided and cheap layers in front', value: 'lean' },
    { label: 'Feeder of the article', detail: 'Two 3 × 3 × 64 convolutions and a max-pool in front', value: 'article' },
    { label: 'The same layers on larger images', detail: 'No new layers; all train', value: 'resize' },
  ]);
  if (feeder === 'resize') return { strategy: 'resize' };
  const cut = await choose<'wholeTrunk' | 'firstConvolution'>('Where do the new layers join?', [
    { label: 'In front of the whole model', value: 'wholeTrunk' },
    { label: 'In place of its first convolution', detail: 'As the article does', value: 'firstConvolution' },
  ]);
  return { strategy: 'feeder', feeder, cut };
}

async function chooseFrozen(run: Run, extend: Extend): Promise<Freeze> {
  const frozen = await choose<'parent' | 'none' | 'layers'>('What stays frozen?', [
    { label: 'All that comes from the run', detail: 'Only the new layers train', value: 'parent' },
    { label: 'Nothing', detail: 'All layers train', value: 'none' },
    { label: 'Some layers…', value: 'layers' },
  ]);
  if (frozen === 'layers') return chooseLayers(run, 'Freeze which layers?');
  if (frozen === 'parent' && extend.strategy === 'resize') return 'none';
  return frozen;
}

export async function unfreezeAndFineTune(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, { ...parentOnly, title: 'Fine-tune which run?' });
  return startTraining(context, folder, fineTuneRequest(folder, run.id));
}
