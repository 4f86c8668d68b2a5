import * as z from 'zod';
import { datasetProblemSchema } from './datasetProblem.ts';
import { versions } from './versions.ts';

const count = z.number().int().min(0);
const index = z.number().int().min(0);

/** How a figure is spread over the images. */
export const distributionSchema = z.object({
  min: z.number(),
  median: z.number(),
  max: z.number(),
  /** Where the smoothed density is highest. */
  peak: z.number(),
  /** Images between `edges[i]` and before `edges[i + 1]`; the last bin takes everything above too. */
  counts: z.array(count),
  edges: z.array(z.number()),
});
export type Distribution = z.infer<typeof distributionSchema>;

/** One class as a scan finds it, effective labels. */
export const scannedClassSchema = z.object({
  name: z.string(),
  images: count,
  train: count,
  validation: count,
  test: count,
  grey: count,
  /** Images beyond the first of each group. */
  duplicates: count,
  nearDuplicates: count,
  placeholders: count,
  leftOut: count,
  /** Images smaller than each of the scan's `sizes`. */
  tooSmall: z.array(count),
});
export type ScannedClass = z.infer<typeof scannedClassSchema>;

/** The sides as the column `split` of a scan numbers them. */
export const scanSplits = ['train', 'validation', 'test'] as const;

/**
 * What `upsize scan --json` prints and the views read: everything about a data set's images. Columns hold one value an
 * image: those that take part in the order of their files, then those that the labels file takes out, so that a view can
 * bring them back. Images are meant by their index. Counts, distributions and groups are of those that take part. Paths are relative to `root`, with `/`.
 */
export const scanSchema = z.object({
  version: z.literal(versions.scan),
  /** Milliseconds since 1970. */
  created: z.number(),
  /** Absolute paths: what the files are relative to, and the folder or CSV file that names them. */
  root: z.string(),
  source: z.string(),
  /** SHA-256 over all files that can be read. */
  fingerprint: z.string(),
  /** Sorted. */
  classes: z.array(scannedClassSchema),
  images: z.object({
    file: z.array(z.string()),
    contentHash: z.array(z.string()),
    /** Index in `classes`. */
    label: z.array(index),
    /** Index in `scanSplits`: where the image stands, or would stand if training began now. */
    split: z.array(index),
    width: z.array(count),
    height: z.array(count),
    bytes: z.array(count),
    /** Where its thumbnail lies: index in `atlas.sheets`, −1 where there is none; cell; size within the cell. */
    sheet: z.array(z.number().int().min(-1)),
    cell: z.array(count),
    cellWidth: z.array(count),
    cellHeight: z.array(count),
  }),
  width: distributionSchema,
  height: distributionSchema,
  /** Of the square root of width × height. */
  side: distributionSchema,
  bytes: distributionSchema,
  /** Images without colour. */
  grey: z.array(index),
  /** Groups of the same file, of nearly the same picture, and of one picture that stands in for many. */
  duplicates: z.array(z.array(index)),
  nearDuplicates: z.array(z.array(index)),
  placeholders: z.array(z.array(index)),
  /** The stage sizes that were asked about, and how many images have a shorter side. */
  sizes: z.array(count),
  tooSmall: z.array(count),
  /** Stage sizes that suit the images: about a third of the density's peak, then doubled twice. */
  suggestedSizes: z.array(count),
  problems: z.array(datasetProblemSchema),
  leftOut: count,
  relabelled: count,
  /** Images that the labels file takes out. */
  excluded: z.array(index),
  atlas: z.object({
    /** Side of a cell in pixels, and cells in a row of a sheet. A picture stands in the upper left of its cell. */
    cell: count,
    columns: count,
    /** Names of the sheets' files within `.upsize/cache/thumbnails`. */
    sheets: z.array(z.string()),
  }),
});
export type Scan = z.infer<typeof scanSchema>;

/** What the Dataset and Next Step views keep of a scan: nothing that grows with the images but their problems. */
export const scanSummarySchema = z.object({
  created: z.number(),
  root: z.string(),
  source: z.string(),
  /** Images that take part. */
  images: count,
  classes: z.array(scannedClassSchema),
  sizes: z.array(count),
  tooSmall: z.array(count),
  suggestedSizes: z.array(count),
  problems: z.array(datasetProblemSchema),
});
export type ScanSummary = z.infer<typeof scanSummarySchema>;

/** A scan without its columns and groups, as `upsize scan --summary --json` prints it. */
export function scanSummary(scan: Scan): ScanSummary {
  const { created, root, source, classes, sizes, tooSmall, suggestedSizes, problems } = scan;
  const images = scan.images.file.length - scan.excluded.length;
  return { created, root, source, images, classes, sizes, tooSmall, suggestedSizes, problems };
}
