// `node scripts/pixelKernel.ts`: assembles trainer/dataset/pixelKernel.wat. Needed after a change of that file alone, so that
// the assembler is fetched then and is none of the packages that everyone installs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../trainer/dataset');
const source = path.join(folder, 'pixelKernel.wat');
const temporary = mkdtempSync(path.join(tmpdir(), 'upsize-kernel-'));
try {
  const assembled = path.join(temporary, 'pixelKernel.wasm');
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  execFileSync(npx, ['--yes', '--package=wabt@1.0.39', 'wat2wasm', source, '-o', assembled], { stdio: 'inherit' });
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex');
  const lines =
    readFileSync(assembled)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  writeFileSync(
    path.join(folder, 'pixelKernelBytes.ts'),
    `/** SHA-256 of the \`pixelKernel.wat\` that \`node scripts/pixelKernel.ts\` made this file of. */
export const pixelKernelSource = '${digest}';

/** The assembled kernel, in base64. */
export const pixelKernelBytes =
  ${lines.map((line) => `'${line}'`).join(' +\n  ')};
`,
  );
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
