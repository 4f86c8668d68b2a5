// `node scripts/kernels.ts`: makes the WebAssembly of trainer/dataset out of its sources. Needed after a change of those alone,
// so that assembler and compiler are fetched then and are none of the packages that everyone installs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const dataset = path.join(import.meta.dirname, '../trainer/dataset');
const temporary = mkdtempSync(path.join(tmpdir(), 'upsize-kernel-'));
const assembled = path.join(temporary, 'kernel.wasm');
try {
  const pixels = path.join(dataset, 'pixelKernel.wat');
  run('wabt@1.0.39', ['wat2wasm', pixels, '-o', assembled]);
  writeBytes('pixelKernel', pixels);

  // The compiler takes no other ending, and with this one the file would be taken for the TypeScript that it is not.
  const jpeg = path.join(dataset, 'jpeg', 'jpegKernel.as');
  copyFileSync(jpeg, path.join(temporary, 'jpegKernel.ts'));
  const smallest = ['--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd'];
  run('assemblyscript@0.28.20', ['asc', 'jpegKernel.ts', ...smallest, '-o', assembled]);
  writeBytes('jpegKernel', jpeg);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function run(name: string, command: readonly string[]): void {
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  execFileSync(npx, ['--yes', `--package=${name}`, ...command], { stdio: 'inherit', cwd: temporary });
}

/** Writes `<name>Bytes.ts` beside the source. */
function writeBytes(name: string, source: string): void {
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex');
  const lines =
    readFileSync(assembled)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  writeFileSync(
    path.join(path.dirname(source), `${name}Bytes.ts`),
    `/** SHA-256 of the \`${path.basename(source)}\` that \`node scripts/kernels.ts\` made this file of. */
export const ${name}Source = '${digest}';

/** The assembled kernel, in base64. */
export const ${name}Bytes =
  ${lines.map((line) => `'${line}'`).join(' +\n  ')};
`,
  );
}
