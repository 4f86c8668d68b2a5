import * as z from 'zod';
import { scanSchema } from '../../trainer/protocol/scan.ts';
import { defineBoundary } from './boundary.ts';
import { packedNumbersSchema } from './packedNumbers.ts';
import { saveRequests } from './save.ts';

const count = z.number().int().min(0);

/** What a person decided of an image: another label, or that it takes no part. Nothing of both: its own label again. */
export const decisionSchema = z.object({ file: z.string(), label: z.string().nullable(), excluded: z.boolean() });
export type Decision = z.output<typeof decisionSchema>;

/** What is said of each image, as columns of whole numbers. */
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

const scannedSchema = z.object({
  kind: z.literal('scanned'),
  ...scanSchema.pick({
    created: true,
    width: true,
    height: true,
    side: true,
    sizes: true,
    tooSmall: true,
    suggestedSizes: true,
    leftOut: true,
  }).shape,
  classes: z.array(z.string()),
  images: count,
  /** Names of the files relative to the data set's root, joined by NUL. */
  files: z.string(),
  columns: z.record(z.enum(imageColumns), packedNumbersSchema),
  atlas: z.object({ cell: count, columns: count, sheets: z.array(z.string()) }),
  decisions: z.array(decisionSchema),
  /** Where decisions are kept, for people. */
  labelsFile: z.string(),
  /** Why what it decides is not known, as a sentence; null where it is. */
  labelsTrouble: z.string().nullable(),
  /** The run whose predictions are shown; only its validation images have one. */
  run: z.object({ runId: z.string(), label: z.string() }).nullable(),
  /** Groups of the same or nearly the same picture, by index. */
  groups: z.array(z.array(count)),
});
export type ScannedContent = z.output<typeof scannedSchema>;

/** Exactly these images, as another panel asks for them. */
export const galleryChoiceSchema = z.object({
  /** Another of another choice, also when it is of the same images. */
  id: z.number(),
  title: z.string(),
  files: z.array(z.string()),
});
export type GalleryChoice = z.output<typeof galleryChoiceSchema>;

/** All images by how near they are to one. */
const nearestSchema = z.object({
  file: z.string(),
  /** Int32 indexes, little-endian, as base64, nearest first. */
  order: z.string(),
  /** The scan that they are of; `created` of another scan means that they say nothing of it. */
  scanned: z.number(),
  /** Name of the run whose model was asked. */
  run: z.string(),
});
export type Nearest = z.output<typeof nearestSchema>;

const predictionSchema = z.object({
  size: z.number(),
  top: z.array(z.object({ className: z.string(), probability: z.number() })),
  /** The image as the network sees it: a PNG of exactly `size` × `size`, as a data URI; null where it cannot be had. */
  seen: z.string().nullable(),
});

/** What training makes of an image, as the config says. */
const augmentedSchema = z.object({
  /** PNG data URIs, one a draw; none where the config turns augmentation off. */
  images: z.array(z.string()),
  /** Side in pixels: that of the last stage. */
  size: z.number(),
  /** "rotation ±40°, shift ±20 %": what the draws are from. */
  description: z.string(),
});
export type Augmented = z.output<typeof augmentedSchema>;

const progressSchema = z.object({ done: count, total: count });

/** The gallery of a data set. */
export const datasetGalleryBoundary = defineBoundary({
  panel: 'Gallery',
  snapshot: z.object({
    target: z.object({ folder: z.string() }),
    title: z.string(),
    trusted: z.boolean(),
    content: z.discriminatedUnion('kind', [
      scannedSchema,
      /** What leads to images: a scan, or a config that says where they are. */
      z.object({ kind: z.literal('none'), message: z.string(), next: z.enum(['scan', 'createConfig']) }),
    ]),
    choice: galleryChoiceSchema.nullable(),
    /** How far the search for near images is; null while there is none. */
    nearing: progressSchema.nullable(),
    /** What the last search found, until it is put away. */
    nearest: nearestSchema.nullable(),
    /** How many decisions can be taken back. */
    undoable: count,
  }),
  change: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('decisions'),
      decisions: z.array(decisionSchema),
      labelsTrouble: z.string().nullable(),
      undoable: count,
    }),
    z.object({ type: z.literal('choice'), choice: galleryChoiceSchema.nullable() }),
    z.object({ type: z.literal('nearing'), nearing: progressSchema.nullable() }),
    z.object({ type: z.literal('nearest'), nearest: nearestSchema.nullable() }),
  ]),
  requests: {
    /** Decides the same of each of these images, in the labels file; what is not named stays as it was. */
    decide: {
      params: z.object({
        files: z.array(z.string()).max(1_000_000),
        label: z.string().nullable().optional(),
        excluded: z.boolean().optional(),
      }),
      result: z.null(),
    },
    /** Takes the last decision back. */
    undo: { params: z.object({}), result: z.null() },
    showAll: { params: z.object({}), result: z.null() },
    /** The picture itself, as a data URI, for the detail view. */
    picture: { params: z.object({ file: z.string() }), result: z.string() },
    /** What each stage sees and says, smallest first. */
    lens: { params: z.object({ file: z.string() }), result: z.array(predictionSchema) },
    /** `round` counts how often it was drawn: another round has other draws. */
    augment: { params: z.object({ file: z.string(), round: count }), result: augmentedSchema },
    /** Orders all images by how alike the newest model finds them to one; `nearest` changes when it is done. */
    nearest: { params: z.object({ file: z.string() }), result: z.null() },
    forgetNearest: { params: z.object({}), result: z.null() },
    cancelNearest: { params: z.object({}), result: z.null() },
    openImage: { params: z.object({ file: z.string() }), result: z.null() },
    openLabels: { params: z.object({}), result: z.null() },
    scan: { params: z.object({}), result: z.null() },
    createConfig: { params: z.object({}), result: z.null() },
    ...saveRequests,
  },
});
export type DatasetGalleryState = z.output<typeof datasetGalleryBoundary.snapshot>;
export type DatasetGalleryChange = z.output<typeof datasetGalleryBoundary.change>;
export type StageSight = z.output<typeof predictionSchema>;
