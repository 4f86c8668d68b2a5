import * as z from 'zod';
import { defineBoundary } from './boundary.ts';
import { saveRequests } from './save.ts';

const count = z.number().int().min(0);

/** What a person decided of an image: another label, or that it takes no part. Nothing of both: its own label again. */
export const decisionSchema = z.object({ file: z.string(), label: z.string().nullable(), excluded: z.boolean() });
export type Decision = z.output<typeof decisionSchema>;

/** The columns of an image, in this order, one Int32 each. */
export const imageColumns = [
  'label',
  'split',
  'width',
  'height',
  'sheet',
  'cell',
  'cellWidth',
  'cellHeight',
  /** Bits of `problemBits`. */
  'problems',
  /** Class that the newest model says, −1 where it was not asked. */
  'predicted',
  /** Its confidence in thousandths. */
  'confidence',
] as const;
export type ImageColumn = (typeof imageColumns)[number];

/** What can be wrong with an image that is in the gallery, one bit each. */
export const problemBits = { duplicate: 1, nearDuplicate: 2, placeholder: 4, grey: 8 } as const;

const spreadSchema = z.object({
  min: z.number(),
  median: z.number(),
  max: z.number(),
  peak: z.number(),
  counts: z.array(count),
  edges: z.array(z.number()),
});
export type Spread = z.output<typeof spreadSchema>;

const scannedSchema = z.object({
  kind: z.literal('scanned'),
  /** Milliseconds since 1970. */
  created: z.number(),
  classes: z.array(z.string()),
  images: count,
  /** Names of the files relative to the data set's root, joined by NUL. */
  files: z.string(),
  /** The columns one after the other, little-endian Int32, as base64: a hundred thousand images travel as one text. */
  columns: z.string(),
  atlas: z.object({ cell: count, columns: count, sheets: z.array(z.string()) }),
  width: spreadSchema,
  height: spreadSchema,
  side: spreadSchema,
  /** Stage sizes that were asked about, and how many images are smaller. */
  sizes: z.array(count),
  tooSmall: z.array(count),
  suggestedSizes: z.array(count),
  leftOut: count,
  decisions: z.array(decisionSchema),
  /** Where decisions are kept, for people. */
  labelsFile: z.string(),
  /** The run whose predictions are shown; only its validation images have one. */
  run: z.object({ runId: z.string(), label: z.string() }).nullable(),
  /** Groups of the same or nearly the same picture, by index. */
  groups: z.array(z.array(count)),
});
export type ScannedContent = z.output<typeof scannedSchema>;

/** Exactly these images, whatever the filters say. */
const choiceSchema = z.object({ title: z.string(), files: z.array(z.string()) });
export type GalleryChoice = z.output<typeof choiceSchema>;

const predictionSchema = z.object({
  size: z.number(),
  top: z.array(z.object({ className: z.string(), probability: z.number() })),
  /** The image as the network sees it: a PNG of exactly `size` × `size`, as a data URI; null where it cannot be had. */
  seen: z.string().nullable(),
});

/** The gallery of a data set. */
export const datasetGalleryBoundary = defineBoundary({
  panel: 'Gallery',
  snapshot: z.object({
    target: z.object({ folder: z.string() }),
    title: z.string(),
    trusted: z.boolean(),
    content: z.discriminatedUnion('kind', [scannedSchema, z.object({ kind: z.literal('none'), message: z.string() })]),
    choice: choiceSchema.nullable(),
  }),
  change: z.discriminatedUnion('type', [
    z.object({ type: z.literal('decisions'), decisions: z.array(decisionSchema) }),
    z.object({ type: z.literal('choice'), choice: choiceSchema.nullable() }),
  ]),
  requests: {
    /** Writes decisions into the labels file; what is not named stays. */
    decide: { params: z.object({ decisions: z.array(decisionSchema).max(100_000) }), result: z.null() },
    /** The picture itself, as a data URI, for the detail view. */
    picture: { params: z.object({ file: z.string() }), result: z.string() },
    /** What each stage sees and says, smallest first. */
    lens: { params: z.object({ file: z.string() }), result: z.array(predictionSchema) },
    openImage: { params: z.object({ file: z.string() }), result: z.null() },
    openLabels: { params: z.object({}), result: z.null() },
    scan: { params: z.object({}), result: z.null() },
    ...saveRequests,
  },
});
export type DatasetGalleryState = z.output<typeof datasetGalleryBoundary.snapshot>;
export type DatasetGalleryChange = z.output<typeof datasetGalleryBoundary.change>;
export type StageSight = z.output<typeof predictionSchema>;
