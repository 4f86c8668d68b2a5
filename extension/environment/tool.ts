import type { UpsizeContext } from '../upsizeContext.ts';
import type { Confirmation } from './toolConfirmations.ts';

/** The tools for language models, as package.json describes them. */
export const toolNames = [
  'upsize_list_runs',
  'upsize_compare_runs',
  'upsize_explain_class',
  'upsize_start_run',
  'upsize_stop_run',
] as const;
/** Name of a tool. */
export type ToolName = (typeof toolNames)[number];

/** A tool whose input is still to be parsed. Throws with what is wrong with it. */
export interface Tool {
  name: ToolName;
  confirm: (context: UpsizeContext, input: unknown) => Confirmation | null;
  answer: (context: UpsizeContext, input: unknown) => unknown;
}
