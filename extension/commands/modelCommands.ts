import * as z from 'zod';
import { extendSchema, freezeSchema, type Extend } from '../../trainer/protocol/config.ts';
import { canBeParent } from '../runs/runUse.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { choose, chooseRun } from './ask.ts';
import { chooseFrozen, chooseLayers } from './chooseLayers.ts';
import { parseArguments, runArguments } from './commandArguments.ts';
import { Declined } from './declined.ts';
import { fineTuneRequest } from './furtherRequests.ts';
import { askJoiningSize, checkGraft, confirmGraft, type GraftRequest } from './graft.ts';
import { startTraining, type Started } from './startTraining.ts';

const freezeArguments = z.strictObject({ ...runArguments, freeze: freezeSchema.optional() });
const extendArguments = freezeArguments.extend({
  size: z.number().int().optional(),
  extend: extendSchema.optional(),
});

const parentOnly = {
  title: 'Which run?',
  fits: canBeParent,
  none: 'A completed run is needed, or one that was stopped after its first epoch.',
};

/** Trains the same size on from a run with some layers frozen. */
export async function freezeLayers(context: UpsizeContext, ...args: unknown[]): Promise<Started> {
  const said = parseArguments(args, freezeArguments, ['runId']);
  const { folder, run } = await chooseRun(context, said.runId, { ...parentOnly, title: 'Freeze layers of which run?' });
  const freeze = said.freeze ?? (await chooseLayers(run, 'Freeze which layers?'));
  return startTraining(context, folder, {
    what: 'next',
    from: run.id,
    changes: { size: run.manifest.config.stage.size, extend: { strategy: 'resize' }, freeze },
  });
}

/**
 * A larger input in front of a run's model: asks how it grows, what stays frozen and for a size that can be joined, shows the
 * graft check, and starts when that is confirmed. A caller that says the size has nothing to confirm; it is checked all the same.
 */
export async function extendModel(context: UpsizeContext, ...args: unknown[]): Promise<Started> {
  const said = parseArguments(args, extendArguments, ['runId']);
  const { folder, run } = await chooseRun(context, said.runId, {
    ...parentOnly,
    title: 'Extend the model of which run?',
  });
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

/** Trains all layers of a run, at the same size and a tenth of the rate. */
export async function unfreezeAndFineTune(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { runId } = parseArguments([argument], z.strictObject(runArguments), ['runId']);
  const { folder, run } = await chooseRun(context, runId, { ...parentOnly, title: 'Fine-tune which run?' });
  return startTraining(context, folder, fineTuneRequest(run.id, run));
}
