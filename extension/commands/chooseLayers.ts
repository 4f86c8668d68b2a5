import * as vscode from 'vscode';
import type { Extend, Freeze } from '../../trainer/protocol/config.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { readLayers } from '../../trainer/protocol/readLayers.ts';
import { answered, askText, choose } from './ask.ts';

/** Lets the user tick what does not train of a run's layers; without a run, or where its log names none, asks for their names. */
export async function chooseLayers(run: Run | null, title: string): Promise<Freeze> {
  const layers = run === null ? [] : readLayers(run.folder).filter((layer) => layer.parameters > 0);
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

/** Asks what stays frozen of what a stage takes over from its parent; a first stage, which has none, can only name layers. */
export async function chooseFrozen(parent: Run | null, extend: Extend | null, now?: Freeze): Promise<Freeze> {
  if (parent === null) return chooseLayers(null, 'Freeze which layers?');
  const isNow = (value: string) => value === (Array.isArray(now) ? 'layers' : now);
  const choices = [
    { label: 'Nothing', detail: 'All layers train', value: 'none' as const },
    { label: 'All that comes from the run', detail: 'Only the new layers train', value: 'parent' as const },
    { label: 'Some layers…', value: 'layers' as const },
  ];
  // The same layers on larger images have no new ones that could train alone.
  const fitting = choices.filter(({ value }) => value !== 'parent' || extend?.strategy === 'feeder');
  const frozen = await choose<'parent' | 'none' | 'layers'>(
    'What stays frozen?',
    fitting.map((each) => ({ ...each, ...(isNow(each.value) ? { description: 'as planned' } : {}) })),
  );
  return frozen === 'layers' ? chooseLayers(parent, 'Freeze which layers?') : frozen;
}
