import type { ScannedContent } from '../protocol/datasetGallery.ts';
import { Button, Dropdown, TextField } from '../ui/controls.tsx';
import { count } from '../ui/numbers.ts';
import { noFilter, type GalleryFilter } from './imageTable.ts';

interface FiltersProps {
  content: ScannedContent;
  /** Those of the scan, and those that people named. */
  classes: readonly string[];
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
const problems = optionsOf('problems or none', [
  ['duplicate', 'the same file twice'],
  ['nearDuplicate', 'nearly the same picture'],
  ['placeholder', 'placeholders'],
  ['grey', 'without colour'],
  ['relabelled', 'relabelled'],
  ['excluded', 'excluded'],
]);
const verdicts = optionsOf('right or wrong', [
  ['right', 'right'],
  ['wrong', 'wrong'],
]);
const confidences = optionsOf('however sure', [
  ['low', 'under 50\u202f% sure'],
  ['middle', '50 to 90\u202f% sure'],
  ['high', 'over 90\u202f% sure'],
]);
type Side = NonNullable<GalleryFilter['side']>;

function oneOf<T extends string>(values: readonly T[], value: string): T | null {
  return values.find((each) => each === value) ?? null;
}

/** Sides as a filter's choices: smaller than each stage, and large enough for all. */
function sidesOf({ sizes, suggestedSizes }: ScannedContent): { value: string; label: string; side: Side }[] {
  const stages = (sizes.length > 0 ? sizes : suggestedSizes).toSorted((a, b) => a - b);
  const largest = stages.at(-1);
  const smaller = stages.map((size) => ({
    value: `under ${size}`,
    label: `smaller than ${count(size)} px`,
    side: { from: 0, under: size },
  }));
  return largest === undefined
    ? []
    : [
        ...smaller,
        { value: `from ${largest}`, label: `${count(largest)} px and larger`, side: { from: largest, under: null } },
      ];
}

/** What narrows the gallery. */
export function Filters({ content, classes: classNames, filter, onFilter }: FiltersProps) {
  const classes = optionsOf(
    'all classes',
    classNames.map((name) => [name, name] as const),
  );
  const sides = sidesOf(content);
  const side = sides.find((one) => one.side.from === filter.side?.from && one.side.under === filter.side.under);
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
            problem: oneOf(['duplicate', 'nearDuplicate', 'placeholder', 'grey', 'relabelled', 'excluded'], value),
          })
        }
      />
      <Dropdown
        label="Size"
        value={side?.value ?? any}
        options={optionsOf(
          'any size',
          sides.map(({ value, label }) => [value, label] as const),
        )}
        onChange={(value) => onFilter({ side: sides.find((one) => one.value === value)?.side ?? null })}
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
          <Dropdown
            label="Confidence"
            value={filter.confidence ?? any}
            options={confidences}
            onChange={(value) => onFilter({ confidence: oneOf(['low', 'middle', 'high'], value) })}
          />
        </>
      )}
      {narrowed ? <Button onPress={() => onFilter(noFilter)}>Show All</Button> : null}
    </div>
  );
}
