import * as z from 'zod';
import { noFilter } from './imageTable.ts';
import { nothingPacked } from './selection.ts';

/** What a reader chose: it comes back when the tab was hidden, and after a reload. */
export const galleryViewSchema = z.object({
  overview: z.boolean(),
  filter: z.object({
    className: z.string().nullable(),
    split: z.enum(['train', 'validation', 'test']).nullable(),
    problem: z.enum(['duplicate', 'nearDuplicate', 'placeholder', 'grey', 'excluded', 'relabelled']).nullable(),
    side: z.object({ from: z.number(), under: z.number().nullable() }).nullable(),
    verdict: z.enum(['right', 'wrong']).nullable(),
    predicted: z.string().nullable(),
    confidence: z.enum(['low', 'middle', 'high']).nullable(),
    search: z.string(),
    sort: z.enum(['name', 'class', 'smallest', 'largest', 'suspicious', 'confidence']),
  }),
  /** `id` of the choice of another panel that was last seen: a new one is shown unfiltered. */
  choiceSeen: z.number().nullable(),
  /** File whose like are shown. */
  alikeTo: z.string().nullable(),
  detail: z.boolean(),
  /** Of which scan, for positions say nothing of another. */
  selection: z.object({
    scanned: z.number(),
    ranges: z.array(z.tuple([z.number(), z.number()])),
    focus: z.number(),
    anchor: z.number(),
  }),
  /** How far the grid is scrolled, in pixels. */
  top: z.number(),
});
export type GalleryView = z.output<typeof galleryViewSchema>;

export const defaultGalleryView: GalleryView = {
  overview: true,
  filter: noFilter,
  choiceSeen: null,
  alikeTo: null,
  detail: false,
  selection: { scanned: 0, ...nothingPacked },
  top: 0,
};
