import { createHash } from 'node:crypto';
import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import { scanSplits, scanSummary, type Scan, type ScannedClass } from '../protocol/scan.ts';
import { scanFile, scanSummaryFile } from '../protocol/scanFile.ts';
import { versions } from '../protocol/versions.ts';
import { smallClassProblems, unvalidatedClassProblems } from './checkClasses.ts';
import { classNamesOf } from './classList.ts';
import { distributionOf, suggestSizes } from './distribution.ts';
import type { ExaminedImage } from './examineImages.ts';
import { listDataset } from './listDataset.ts';
import { byCodeUnits } from './listedImage.ts';
import { SegmentLease } from './pixelCacheBudget.ts';
import { countSmaller, examineListed, type PrepareDatasetOptions } from './prepareDataset.ts';
import { replaceFile } from '../protocol/replaceFile.ts';
import { splitFile } from './savedSplit.ts';
import { findSameImages, sameImagesProblems } from './scanProblems.ts';
import { splitDataset } from './splitDataset.ts';
import { sheetColumns, thumbnailCell, type ThumbnailAtlas } from './thumbnailAtlas.ts';

export interface ScanDatasetOptions extends Omit<PrepareDatasetOptions, 'includeTest'> {
  /** Whether the images are cached at the `sizes` too, so that training begins at once; true by default. */
  cachePixels?: boolean;
}

/**
 * Looks at a whole data set, test images included, and says everything about it; it decides and changes nothing. The result
 * is also written to `scanFile`, and its summary to `scanSummaryFile`.
 *
 * @throws DatasetError when there is no such data set; what is wrong inside it is in `problems`.
 */
export async function scanDataset(given: ScanDatasetOptions): Promise<Scan> {
  const { options, workspace, sizes, signal, onProgress } = given;
  const listing = await listDataset(options, given.baseDirectory, signal);
  const lease = new SegmentLease(workspacePaths(workspace).cache);
  try {
    const cached = given.cachePixels === false ? [] : sizes;
    const everyImage = { ...listing, images: [...listing.images, ...listing.excluded] };
    const examined = await examineListed({ ...given, sizes: cached, listing: everyImage, lease });
    const isOut = new Set(listing.excluded.map((image) => image.file));
    const readable = examined.readable.filter((image) => !isOut.has(image.file));
    const excluded = examined.readable.filter((image) => isOut.has(image.file));
    const problems = examined.problems.filter(({ file: about }) => about === null || !isOut.has(about));
    onProgress?.(0, readable.length, 'split');
    const file = splitFile(workspacePaths(workspace).splits, workspace, listing.source, options);
    const { sides, leaks } = await splitDataset({ images: readable, file, options, seed: given.seed, save: false });
    const same = findSameImages(readable);
    const small = smallClassProblems(readable, [...listing.problems, ...problems]);
    const isSmall = new Set(small.map(({ className }) => className));
    const all: DatasetProblem[] = [
      ...small,
      ...listing.problems,
      ...problems,
      ...leaks,
      ...unvalidatedClassProblems(readable, sides).filter((one) => !isSmall.has(one.className)),
      ...sameImagesProblems(readable, same),
      ...tooSmallProblems(readable, sizes),
    ];
    const grey = [...readable.keys()].filter((index) => readable[index]?.facts.grey);
    const shown = [...readable, ...excluded];
    const names = classNamesOf(shown.map(({ label }) => label));
    const classOf = new Map(names.map((name, index) => [name, index]));
    const side = distributionOf(readable.map(({ facts }) => Math.sqrt(facts.width * facts.height)));
    const scan: Scan = {
      version: versions.scan,
      created: Date.now(),
      root: listing.root,
      source: listing.source,
      fingerprint: fingerprintOf(readable),
      classes: names.map((name) => describeClass(name, readable, sides, grey, same, sizes, all)),
      images: columnsOf(shown, [...sides, ...excluded.map(({ split }) => split ?? 'train')], classOf),
      width: distributionOf(readable.map(({ facts }) => facts.width)),
      height: distributionOf(readable.map(({ facts }) => facts.height)),
      side,
      bytes: distributionOf(readable.map(({ bytes }) => bytes)),
      grey,
      ...same,
      sizes: [...sizes],
      tooSmall: sizes.map((size) =>
        countSmaller(
          readable.map(({ facts }) => facts),
          size,
        ),
      ),
      suggestedSizes: readable.length > 0 ? suggestSizes(side.peak) : [],
      problems: all,
      leftOut: all.filter(({ leftOut }) => leftOut).length,
      relabelled: listing.relabelled,
      excluded: excluded.map((_, at) => readable.length + at),
      atlas: { cell: thumbnailCell, columns: sheetColumns, sheets: [] },
    };
    placeThumbnails(scan, examined.atlas);
    const { source } = listing;
    await replaceFile(scanFile(workspace, source), JSON.stringify(scan), { makeFolder: true });
    await replaceFile(scanSummaryFile(workspace, source), JSON.stringify(scanSummary(scan)));
    return scan;
  } finally {
    await lease.release();
  }
}

function fingerprintOf(images: readonly ExaminedImage[]): string {
  const hashes = [...new Set(images.map(({ contentHash }) => contentHash))].sort(byCodeUnits);
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

function columnsOf(
  images: readonly ExaminedImage[],
  sides: readonly (typeof scanSplits)[number][],
  classOf: ReadonlyMap<string, number>,
): Scan['images'] {
  return {
    file: images.map(({ file }) => file),
    contentHash: images.map(({ contentHash }) => contentHash),
    label: images.map(({ label }) => classOf.get(label) ?? 0),
    split: sides.map((side) => scanSplits.indexOf(side)),
    width: images.map(({ facts }) => facts.width),
    height: images.map(({ facts }) => facts.height),
    bytes: images.map(({ bytes }) => bytes),
    sheet: [],
    cell: [],
    cellWidth: [],
    cellHeight: [],
  };
}

function placeThumbnails({ images, atlas }: Scan, thumbnails: ThumbnailAtlas): void {
  const sheets = new Map<string, number>();
  for (const hash of images.contentHash) {
    const place = thumbnails.place(hash);
    if (place && !sheets.has(place.sheet)) sheets.set(place.sheet, sheets.size);
    images.sheet.push(place ? (sheets.get(place.sheet) ?? -1) : -1);
    images.cell.push(place?.cell ?? 0);
    images.cellWidth.push(place?.width ?? 0);
    images.cellHeight.push(place?.height ?? 0);
  }
  atlas.sheets.push(...sheets.keys());
}

function describeClass(
  name: string,
  images: readonly ExaminedImage[],
  sides: readonly string[],
  grey: readonly number[],
  same: ReturnType<typeof findSameImages>,
  sizes: readonly number[],
  problems: readonly DatasetProblem[],
): ScannedClass {
  const own = [...images.keys()].filter((index) => images[index]?.label === name);
  const isOwn = new Set(own);
  const ofSide = (side: string) => own.filter((index) => sides[index] === side).length;
  const beyondFirst = (groups: readonly number[][]) =>
    groups.reduce((sum, group) => sum + group.slice(1).filter((index) => isOwn.has(index)).length, 0);
  const facts = own.map((index) => images[index]?.facts).filter((one) => one !== undefined);
  return {
    name,
    images: own.length,
    train: ofSide('train'),
    validation: ofSide('validation'),
    test: ofSide('test'),
    grey: grey.filter((index) => isOwn.has(index)).length,
    duplicates: beyondFirst(same.duplicates),
    nearDuplicates: beyondFirst(same.nearDuplicates),
    placeholders: same.placeholders.flat().filter((index) => isOwn.has(index)).length,
    leftOut: problems.filter(({ className, leftOut }) => leftOut && className === name).length,
    tooSmall: sizes.map((size) => countSmaller(facts, size)),
  };
}

function tooSmallProblems(images: readonly ExaminedImage[], sizes: readonly number[]): DatasetProblem[] {
  return sizes.flatMap((size): DatasetProblem[] => {
    const count = countSmaller(
      images.map(({ facts }) => facts),
      size,
    );
    if (count === 0) return [];
    const share = Math.round((100 * count) / images.length);
    const message = `${count} images (${share} %) are smaller than ${size} pixels: at that size they show no more than before.`;
    const severity = count * 2 > images.length ? 'warning' : 'information';
    return [{ kind: 'tooSmall', file: null, className: null, message, severity, leftOut: false }];
  });
}
