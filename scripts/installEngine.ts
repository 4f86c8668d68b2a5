// Installs the native engine into the user's cache, in plain lines: node scripts/installEngine.ts [--wheel FILE]
import { parseArgs } from 'node:util';
import { installNativeEngine } from '../trainer/engine/install/installNativeEngine.ts';

const { values } = parseArgs({ options: { wheel: { type: 'string' } } });
let last = '';
try {
  const { installed, folder } = await installNativeEngine({
    ...(values.wheel === undefined ? {} : { wheelPath: values.wheel }),
    onProgress: ({ message, bytes, totalBytes }) => {
      const share = bytes !== undefined && totalBytes ? ` ${Math.floor((10 * bytes) / totalBytes) * 10} %` : '';
      const line = `${message}${share}`;
      if (line !== last) console.log(line);
      last = line;
    },
  });
  console.log(installed ? `Installed in ${folder}.` : `Already installed in ${folder}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
