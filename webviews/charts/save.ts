/** A file to be saved; the host asks where. */
interface SavedFile {
  /** Proposed name with its extension. */
  fileName: string;
  encoding: 'utf8' | 'base64';
  content: string | Promise<string>;
}

/** Saves under a proposed name. Failures are told in the panel. */
export type Save = (file: SavedFile) => void;

/** The part of a panel's channel by which files are saved. */
interface SavingChannel {
  request(method: 'save', params: SavedFile & { content: string }): Promise<boolean>;
}

/** How a panel saves its charts. `ask` tells of what fails. */
export function saver(channel: SavingChannel, ask: (request: Promise<unknown>) => void): Save {
  const save = async ({ content, ...file }: SavedFile) => channel.request('save', { ...file, content: await content });
  return (file) => ask(save(file));
}
