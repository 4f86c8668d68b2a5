import { strict as assert } from 'node:assert';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { extensionBundle, withoutJsonSchema } from '../../../scripts/bundles.ts';
import * as source from '../../../trainer/protocol/configShape.ts';

const mostBytes = 100_000;

/** The files that are loaded with a built file: itself and what it imports, but not what it imports when that is needed. */
function loadedWith(outputs: Metafile['outputs'], file: string, loaded = new Set<string>()): Set<string> {
  const output = outputs[file];
  if (output === undefined || loaded.has(file)) return loaded;
  loaded.add(file);
  for (const { kind, path: imported } of output.imports) {
    if (kind === 'import-statement') loadedWith(outputs, imported, loaded);
  }
  return loaded;
}

describe("the extension's bundle", () => {
  let metafile: Metafile;
  let entry: string;
  before(async () => {
    const settings = { production: true, dist: path.join(tmpdir(), 'upsize-unwritten') };
    ({ metafile } = await build({ ...extensionBundle(settings), write: false, metafile: true }));
    entry = Object.keys(metafile.outputs).find((file) => path.basename(file) === 'extension.js') ?? '';
  });

  it('loads at most 100 KB when VS Code activates it', () => {
    const loaded = [...loadedWith(metafile.outputs, entry)];
    const bytes = loaded.reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? 0), 0);
    assert.ok(loaded.length > 0 && bytes <= mostBytes, `${bytes} bytes in ${loaded.join(', ')}`);
  });

  it('knows what a config may be, as the trainer does', async () => {
    const built = await build({
      entryPoints: ['trainer/protocol/configShape.ts'],
      ...{ bundle: true, write: false, format: 'esm', plugins: [withoutJsonSchema] },
    });
    const code = Buffer.from(built.outputFiles[0]?.contents ?? '').toString('base64');
    const bundled = (await import(`data:text/javascript;base64,${code}`)) as typeof source;
    assert.deepEqual(bundled.configShape(), JSON.parse(JSON.stringify(source.configShape())));
    assert.ok(Object.keys(bundled.configShape().properties ?? {}).includes('stages'));
  });

  it('loads the schemas, the readers of configs and CSV files, the predictor’s protocol and the panels only when they are needed', () => {
    const loaded = loadedWith(metafile.outputs, entry);
    const packages = [...loaded].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}));
    const libraries = ['zod', 'jsonc-parser', 'csv-parse', 'vscode-jsonrpc'].map((name) => `node_modules/${name}/`);
    for (const late of [...libraries, 'Panel.ts']) {
      assert.deepEqual(
        packages.filter((file) => file.includes(late)),
        [],
      );
      assert.ok(Object.keys(metafile.inputs).some((file) => file.includes(late)));
    }
  });

  it('reaches no native module: only Node’s own and VS Code’s are outside of it', () => {
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external === true).map((each) => each.path),
    );
    assert.deepEqual(
      outside.filter((name) => !isBuiltin(name) && name !== 'vscode'),
      [],
    );
    const inside = Object.keys(metafile.inputs);
    assert.deepEqual(
      inside.filter((file) => /\.node$|node_modules\/(sharp|@img|@tensorflow)\//.test(file)),
      [],
    );
  });
});
