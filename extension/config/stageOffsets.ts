import { findNodeAtLocation, parseTree } from 'jsonc-parser';

/** Where each stage of a config begins, as character offsets. */
export function stageOffsets(text: string): number[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const stages = root && findNodeAtLocation(root, ['stages']);
  return (stages?.children ?? []).map((stage) => stage.offset);
}
