import * as z from 'zod';
import { classSortSchema } from './ClassTable.tsx';

/** What a reader chose. */
export const confusionMatrixViewSchema = z.object({
  cells: z.enum(['counts', 'rows', 'columns', 'delta']),
  order: z.enum(['name', 'size', 'confusion']),
  choice: z
    .object({
      trueClass: z.number().nullable(),
      predictedClass: z.number().nullable(),
      against: z.enum(['any', 'fixed', 'broken']),
    })
    .nullable(),
  classSort: classSortSchema,
});
export type ConfusionMatrixView = z.output<typeof confusionMatrixViewSchema>;
export const defaultConfusionMatrixView: ConfusionMatrixView = {
  cells: 'counts',
  order: 'name',
  choice: null,
  classSort: { column: 'f1', down: false },
};
