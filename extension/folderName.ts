import type { UpsizeFolder } from './upsizeFolder.ts';

/** ` in <folder>`, where several folders are open and either could be meant; else nothing. */
export function inFolder(
  folders: { readonly all: readonly unknown[] },
  { workspaceFolder }: Pick<UpsizeFolder, 'workspaceFolder'>,
): string {
  return folders.all.length > 1 ? ` in ${workspaceFolder.name}` : '';
}
