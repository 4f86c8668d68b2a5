import type { ComponentChildren } from 'preact';
import type { ScannedContent } from '../protocol/datasetGallery.ts';
import { Button, Dropdown } from '../ui/controls.tsx';
import { count } from '../ui/numbers.ts';

interface PickedBarProps {
  shown: number;
  chosen: number;
  classes: readonly string[];
  run: ScannedContent['run'];
  /** Whether decisions can be written. */
  editable: boolean;
  allExcluded: boolean;
  someRelabelled: boolean;
  undoable: number;
  /** Null: their own label again. */
  onRelabel: (label: string | null) => void;
  onExclude: () => void;
  onUndo: () => void;
  /** At the end of the line. */
  children: ComponentChildren;
}

/** How many images are shown and selected, and what can be decided of those. */
export function PickedBar(props: PickedBarProps) {
  const { shown, chosen, run, editable } = props;
  return (
    <div class="row picked" role="toolbar" aria-label="Selected images">
      <span class="muted">
        {count(shown)} shown{chosen > 0 ? `, ${count(chosen)} selected` : ''}
      </span>
      {chosen === 0 || !editable ? null : (
        <>
          <Relabel {...props} />
          <Button onPress={props.onExclude}>{props.allExcluded ? 'Take Back In' : 'Exclude'}</Button>
        </>
      )}
      {props.undoable === 0 || !editable ? null : <Button onPress={props.onUndo}>Undo</Button>}
      <span class="grow" />
      {run === null ? null : (
        <span class="muted legend-edges">
          <i class="edge right" /> right <i class="edge wrong" /> wrong <i class="edge excluded" /> excluded ·{' '}
          {run.label}, validation only
        </span>
      )}
      {props.children}
    </div>
  );
}

function Relabel({ classes, someRelabelled, onRelabel }: PickedBarProps) {
  // A class may have any name: its index says which is meant.
  const options = [
    { value: '', label: 'Relabel …' },
    ...(someRelabelled ? [{ value: 'own', label: '↩ own label' }] : []),
    ...classes.map((name, index) => ({ value: String(index), label: name })),
  ];
  return (
    <Dropdown
      label="Relabel the selected images as"
      value=""
      options={options}
      onChange={(value) => {
        const label = classes[Number(value)];
        if (value === 'own') onRelabel(null);
        else if (value !== '' && label !== undefined) onRelabel(label);
      }}
    />
  );
}
