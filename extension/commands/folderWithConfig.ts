import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { chooseFolder } from './ask.ts';

/** The folder that a command is about, with a config: offers to make one where there is none. Throws `Dismissed` where not. */
export async function folderWithConfig(context: UpsizeContext, argument: unknown): Promise<UpsizeFolder> {
  const folder = await chooseFolder(context, argument);
  if (folder.config.file !== null) return folder;
  const { makeConfig } = await import('../config/makeConfig.ts');
  await makeConfig(context, folder, { offer: true });
  return folder;
}
