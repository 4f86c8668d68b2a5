import type { ScannedContent } from '../protocol/datasetGallery.ts';
import { Button, Dropdown, TextField } from '../ui/controls.tsx';
import { noFilter, type GalleryFilter } from './imageTable.ts';

interface FiltersProps {
  content: ScannedContent;
  filter: GalleryFilter;
  onFilter: (change: Partial<GalleryFilter>) => void;
}

const any = '';

function optionsOf(anyLabel: string, values: readonly (readonly [value: string, label: string])[]) {
  return [{ value: any, label: anyLabel }, ...values.map(([value, label]) => ({ value, label }))];
}

const splits = optionsOf('all sides', [
  ['train', 'train'],
  ['validation', 'validation'],
  ['test', 'test'],
]);
const problems = optionsOf('with or without problems', [
  ['duplicate', 'the same file twice'],
  ['nearDuplicate', 'nearly the same picture'],
  ['placeholder', 'placeholders'],
  ['grey', 'without colour'],
  ['tooSmall', 'too small for the last stage'],
  ['relabelled', 'relabelled'],
  ['excluded', 'excluded'],
]);
const verdicts = optionsOf('right or wrong', [
  ['right', 'right'],
  ['wrong', 'wrong'],
]);
const sorts = [
  { value: 'name', label: 'by name' },
  { value: 'class', label: 'by class' },
  { value: 'smallest', label: 'smallest first' },
  { value: 'largest', label: 'largest first' },
  { value: 'suspicious', label: 'likely label errors first' },
  { value: 'confidence', label: 'surest first' },
];

function oneOf<T extends string>(values: readonly T[], value: string): T | null {
  return values.find((each) => each === value) ?? null;
}

/** What narrows the gallery, and its order. */
export function Filters({ content, filter, onFilter }: FiltersProps) {
  const classes = optionsOf(
    'all classes',
    content.classes.map((name) => [name, name] as const),
  );
  const predicted = optionsOf(
    'predicted as any',
    content.classes.map((name) => [name, `predicted ${name}`] as const),
  );
  const narrowed = JSON.stringify({ ...filter, sort: 'name' }) !== JSON.stringify(noFilter);
  return (
    <div class="row filters" role="search">
      <TextField
        label="Search by file name"
        placeholder="Search"
        value={filter.search}
        onInput={(search) => onFilter({ search })}
      />
      <Dropdown
        label="Class"
        value={filter.className ?? any}
        options={classes}
        onChange={(value) => onFilter({ className: value === any ? null : value })}
      />
      <Dropdown
        label="Side of the split"
        value={filter.split ?? any}
        options={splits}
        onChange={(value) => onFilter({ split: oneOf(['train', 'validation', 'test'], value) })}
      />
      <Dropdown
        label="Problem"
        value={filter.problem ?? any}
        options={problems}
        onChange={(value) =>
          onFilter({
            problem: oneOf(
              ['duplicate', 'nearDuplicate', 'placeholder', 'grey', 'tooSmall', 'relabelled', 'excluded'],
              value,
            ),
          })
        }
      />
      {content.run === null ? null : (
        <>
          <Dropdown
            label="Verdict"
            value={filter.verdict ?? any}
            options={verdicts}
            onChange={(value) => onFilter({ verdict: oneOf(['right', 'wrong'], value) })}
          />
          <Dropdown
            label="Predicted class"
            value={filter.predicted ?? any}
            options={predicted}
            onChange={(value) => onFilter({ predicted: value === any ? null : value })}
          />
        </>
      )}
      <Dropdown
        label="Order"
        value={filter.sort}
        options={content.run === null ? sorts.slice(0, 4) : sorts}
        onChange={(value) =>
          onFilter({
            sort: oneOf(['name', 'class', 'smallest', 'largest', 'suspicious', 'confidence'], value) ?? 'name',
          })
        }
      />
      {narrowed ? <Button onPress={() => onFilter(noFilter)}>Show All</Button> : null}
    </div>
  );
}
