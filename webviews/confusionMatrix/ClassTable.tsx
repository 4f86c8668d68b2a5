import * as z from 'zod';
import type { EvaluatedContent } from '../protocol/confusionMatrix.ts';
import { count, gainClass, gainSign, percentNumber, pointsNumber } from '../ui/numbers.ts';

const columnSchema = z.enum(['name', 'support', 'precision', 'recall', 'f1', 'delta']);
type Column = z.output<typeof columnSchema>;

/** By which column the classes stand, and whether the largest is first. */
export const classSortSchema = z.object({ column: columnSchema, down: z.boolean() });
export type ClassSort = z.output<typeof classSortSchema>;

const columns: { key: Column; label: string }[] = [
  { key: 'name', label: 'class' },
  { key: 'support', label: 'images' },
  { key: 'precision', label: 'precision %' },
  { key: 'recall', label: 'recall %' },
  { key: 'f1', label: 'F1 %' },
];

interface ClassTableProps {
  content: EvaluatedContent;
  sort: ClassSort;
  onSort: (sort: ClassSort) => void;
  onChoose: (trueClass: number) => void;
}

/** Precision, recall, F1 and images of each class, sorted by a click on a head; a name shows that class's images. */
export function ClassTable({ content, sort, onSort, onChoose }: ClassTableProps) {
  const { classNames, run, delta } = content;
  const rows = classNames.map((name, index) => {
    const scores = run.perClass[index] ?? { precision: 0, recall: 0, f1: 0, support: 0 };
    return { index, name, ...scores, delta: delta?.f1Gain[index] ?? null };
  });
  rows.sort((a, b) => {
    const [first, second] = sort.down ? [b, a] : [a, b];
    if (sort.column === 'name') return first.name.localeCompare(second.name);
    return (first[sort.column] ?? 0) - (second[sort.column] ?? 0) || a.name.localeCompare(b.name);
  });
  const heads = delta ? [...columns, { key: 'delta' as const, label: `Δ F1 to ${delta.parentSize}, pt` }] : columns;
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Figures of each class">
      <table>
        <thead>
          <tr>
            {heads.map(({ key, label }) => {
              const on = sort.column === key;
              return (
                <th
                  key={key}
                  scope="col"
                  class={key === 'name' ? '' : 'number'}
                  aria-sort={on ? (sort.down ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    class="head"
                    onClick={() => onSort({ column: key, down: on ? !sort.down : key !== 'name' })}
                  >
                    {label}
                    <span aria-hidden="true">{on ? (sort.down ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.index}>
              <th scope="row">
                <button type="button" class="link name" onClick={() => onChoose(row.index)}>
                  {row.name}
                </button>
              </th>
              <td class="number">{count(row.support)}</td>
              <td class="number">{percentNumber(row.precision)}</td>
              <td class="number">{percentNumber(row.recall)}</td>
              <td class="number">{percentNumber(row.f1)}</td>
              {delta ? (
                <td class={`number ${gainClass(row.delta)}`}>
                  {gainSign(row.delta)} {pointsNumber(row.delta)}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
