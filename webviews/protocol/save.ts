import * as z from 'zod';

/** Saving and copying, the same in every panel: the host asks where, and writes. */
export const saveRequests = {
  save: {
    params: z.object({
      /** Proposed name with its extension; the host keeps its last part only. */
      fileName: z.string().min(1).max(200),
      encoding: z.enum(['utf8', 'base64']),
      content: z.string(),
    }),
    /** Whether it was saved; false where the user thought better of it. */
    result: z.boolean(),
  },
  copy: { params: z.object({ text: z.string() }), result: z.null() },
} as const;
