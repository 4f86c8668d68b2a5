import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetOptions } from '../protocol/config.ts';
import { listCsv } from './csv.ts';
import { DatasetError } from './datasetError.ts';
import { groupsByName } from './groupBy.ts';
import { listImageFolder } from './imageFolder.ts';
import { applyLabelDecisions, readLabelsFile } from './labelsFile.ts';
import type { ListedImage, Listing } from './listedImage.ts';

/** A data set as it is named by its folder or CSV file and corrected by its labels file. */
export interface DatasetListing extends Listing {
  /** Absolute path of the folder or CSV file that names the images. */
  source: string;
  relabelled: number;
  /** Images that the labels file takes out. */
  excluded: ListedImage[];
}

/**
 * Lists the images of a data set: an image folder or a CSV file, with groups by file name and the corrections of the
 * labels file applied. No image is opened.
 *
 * @param baseDirectory what relative paths in the options are relative to.
 * @throws DatasetError when there is no such data set.
 */
export async function listDataset(
  options: DatasetOptions,
  baseDirectory: string,
  signal?: AbortSignal,
): Promise<DatasetListing> {
  const given = path.resolve(baseDirectory, options.path);
  let listing: Listing;
  try {
    const isFolder = (await stat(given)).isDirectory();
    if (!isFolder && path.extname(given).toLowerCase() !== '.csv') {
      throw new DatasetError(`${given}: neither a folder of class folders nor a .csv file.`);
    }
    listing = isFolder
      ? await listImageFolder(await realpath(given), signal)
      : await listCsv(given, await realpath(path.dirname(given)), signal);
  } catch (error) {
    if (error instanceof DatasetError || signal?.aborted) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') {
      throw new DatasetError(`${given}: no such folder or file. Set "dataset" to where the images are.`, [], {
        cause: error,
      });
    }
    if (code === 'EACCES') {
      throw new DatasetError(`${given}: it may not be read. Check its permissions.`, [], { cause: error });
    }
    throw error;
  }
  if (options.groupBy !== undefined) {
    const groups = groupsByName(
      options.groupBy,
      listing.images.map((image) => path.posix.basename(image.file)),
    );
    for (const [index, image] of listing.images.entries()) image.group ??= groups[index] ?? null;
  }
  const decisions = await readLabelsFile(path.resolve(baseDirectory, options.labels), signal);
  const { relabelled, excluded, unknown } = applyLabelDecisions(listing, decisions);
  for (const file of unknown) {
    listing.problems.push({
      kind: 'missing',
      file,
      className: null,
      message: `${options.labels} names ${file}, which is not in the data set.`,
      severity: 'information',
      leftOut: false,
    });
  }
  return { ...listing, source: given, relabelled, excluded };
}
