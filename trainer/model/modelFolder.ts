import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { modelLimits, openModel, weightsFileName, type ModelLimits, type OpenedModel } from './serialize.ts';

/**
 * Opens a folder with `model.json` and `weights.bin`. The files' sizes are held against the limits before they are read.
 * Throws, naming the folder, when it is no model that Upsize opens. The caller disposes the model.
 */
export async function openModelFolder(folder: string, limits: ModelLimits = modelLimits): Promise<OpenedModel> {
  try {
    const modelJson = await readLimited(path.join(folder, 'model.json'), limits.jsonBytes);
    const weights = await readLimited(path.join(folder, weightsFileName), limits.weightBytes);
    return openModel({ modelJson: new TextDecoder().decode(modelJson), weights }, limits);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${folder}: ${reason}`, { cause: error });
  }
}

async function readLimited(file: string, mostBytes: number): Promise<Uint8Array> {
  const info = await stat(file);
  if (!info.isFile()) throw new Error(`${path.basename(file)} is no file.`);
  if (info.size > mostBytes)
    throw new Error(`${path.basename(file)} has ${info.size} bytes; ${mostBytes} are the most that Upsize opens.`);
  const handle = await open(file, 'r');
  try {
    // As many bytes as were seen, so that a file that grows meanwhile cannot outgrow the limit.
    const bytes = new Uint8Array(info.size);
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await handle.read(bytes, read, bytes.length - read, read);
      if (bytesRead === 0) throw new Error(`${path.basename(file)} became shorter while it was read.`);
      read += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
