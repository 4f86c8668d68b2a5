import { percent } from '../ui/numbers.ts';
import { classOf, verdictOf, type ImageTable } from './imageTable.ts';

/** "✗ pear 93.1 %": what the newest model says of an image; empty where it was not asked. */
export function predictionWords(table: ImageTable, index: number): string {
  const verdict = verdictOf(table, index);
  if (verdict === null) return '';
  const predicted = table.classes[table.column('predicted')[index] ?? -1] ?? '';
  return `${verdict === 'right' ? '✓' : '✗'} ${predicted} ${percent((table.column('confidence')[index] ?? 0) / 1000)}`;
}

/** An image in words: its file, its class, what the newest model says, and what people decided. */
export function imageWords(table: ImageTable, index: number): string {
  const decision = table.decisionOf(index);
  const parts = [
    table.files[index] ?? '',
    decision?.label == null ? classOf(table, index) : `relabelled ${decision.label}`,
    predictionWords(table, index),
    decision?.excluded === true ? 'excluded' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
