// `npm run package`: one VSIX for each platform, this machine's by default: npm run package -- --target linux-x64 linux-arm64,
// or --target all.
// Built in a folder of its own, so that nothing but what is named in .vscodeignore can get in.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageVsix, vsixTargets } from './packaging/packageVsix.ts';

const root = path.dirname(import.meta.dirname);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { target: { type: 'string', multiple: true }, version: { type: 'string' }, out: { type: 'string' } },
});
const named = [...(values.target ?? []), ...positionals];
if (named.length === 0) named.push(`${process.platform}-${process.arch}`);
const targets = named.includes('all') ? vsixTargets : named;
const unknown = targets.find((target) => !vsixTargets.includes(target));
if (unknown !== undefined) {
  throw new Error(`There is no VSIX for ${unknown}. Name one of ${vsixTargets.join(', ')}, or all.`);
}
const scratch = mkdtempSync(path.join(os.tmpdir(), 'upsize-package-'));
try {
  for (const target of targets) {
    const { file, bytes } = await packageVsix({
      root,
      target,
      scratch: path.join(scratch, target),
      ...(values.version === undefined ? {} : { version: values.version }),
      ...(values.out === undefined ? {} : { out: path.resolve(values.out) }),
    });
    console.log(`${file} (${(bytes / 1e6).toFixed(1)} MB)`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
