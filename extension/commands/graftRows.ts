import type { FittingGraft } from '../../trainer/protocol/graftAnswer.ts';
import { bytesText } from '../../trainer/protocol/numberFormats.ts';
import { count } from '../numbers.ts';

/** A line of the graft check; a head stands over the lines after it. */
export type GraftRow = { head: string } | { icon: string | null; label: string; description: string };

/** What the check found, and then every layer: the new ones first, as they stand in the model. */
export function graftRows(graft: FittingGraft): GraftRow[] {
  const { parentId, parentSize, size, classes, layers, batchSize } = graft;
  const rowsOf = (fromParent: boolean): GraftRow[] =>
    layers
      .filter((layer) => layer.fromParent === fromParent)
      .map(({ name, type, outputShape, parameters, trainable }) => ({
        icon: parameters === 0 ? null : trainable ? 'unlock' : 'lock',
        label: name,
        description: [
          type,
          outputShape.slice(1).join(' × '),
          ...(parameters === 0 ? [] : [`${count(parameters)} parameters`, trainable ? 'trains' : 'frozen']),
        ].join(' · '),
      }));
  const added = rowsOf(false);
  return [
    { head: 'Checked, nothing has started' },
    {
      icon: 'check',
      label: 'Shapes',
      description: `${size} × ${size} px in, ${classes} classes out; the run takes ${parentSize} × ${parentSize} px`,
    },
    {
      icon: 'check',
      label: 'Parameters',
      description: `${count(graft.trainableParameters)} of ${count(graft.totalParameters)} train`,
    },
    memoryRow(graft, batchSize),
    graft.answersDifference === null
      ? { icon: 'info', label: 'First answers', description: 'the new layers begin without the answers of the run' }
      : { icon: 'check', label: 'First answers', description: 'those of the run, to rounding' },
    ...(added.length === 0 ? [] : [{ head: 'New layers' }, ...added]),
    { head: `From run ${parentId}` },
    ...rowsOf(true),
  ];
}

function memoryRow({ memoryBytes, availableMemoryBytes }: FittingGraft, batchSize: number): GraftRow {
  const needed = `about ${bytesText(memoryBytes)} a step with ${batchSize} images`;
  const free = `${bytesText(availableMemoryBytes)} free`;
  return memoryBytes > availableMemoryBytes
    ? { icon: 'warning', label: 'Memory', description: `${needed}, and only ${free}: take a smaller batch size` }
    : { icon: 'check', label: 'Memory', description: `${needed}; ${free}` };
}
