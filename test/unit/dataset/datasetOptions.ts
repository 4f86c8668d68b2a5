import { effectiveDatasetSchema, type DatasetOptions } from '../../../trainer/protocol/config.ts';

/** The options of a data set in `photos`, all else by default. */
export function datasetOptions(changes: Partial<DatasetOptions>): DatasetOptions {
  return effectiveDatasetSchema.parse({ path: 'photos', ...changes });
}
