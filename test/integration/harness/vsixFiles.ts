import { strict as assert } from 'node:assert';
import yauzl from 'yauzl';

/** Nothing of these ships: sources, tests, what packages have for their builders, and TensorFlow itself. */
const unwanted = new RegExp(
  [
    String.raw`\.([cm]?tsx?|map|h|hpp|py|vsix)$`,
    '^extension/(trainer|webviews|samples|scripts|test|bench|docs|node_modules)/',
    'node_modules/.*/(src|include)/',
    String.raw`node_modules/.*\.(md|markdown)$`,
    '/tests?/',
    String.raw`\.test\.`,
    'libtensorflow',
  ].join('|'),
);

/** What the image reader of each system is. */
const imageLibrary = { linux: /libvips-cpp\.so/, darwin: /libvips-cpp\..*dylib$/, win32: /libvips-.*\.dll$/ };

/** Names of all files in an archive. */
async function filesIn(vsix: string): Promise<string[]> {
  const archive = await yauzl.openPromise(vsix, { lazyEntries: true });
  const names: string[] = [];
  for await (const { fileName } of archive.eachEntry()) names.push(fileName);
  return names;
}

/** Checks that the VSIX of a platform holds what it runs with there, nothing of another platform, and nothing else. */
export async function checkVsixFiles(vsix: string, target: string, { addon }: { addon: boolean }): Promise<void> {
  const files = await filesIn(vsix);
  assert.deepEqual(
    files.filter((file) => unwanted.test(file)),
    [],
  );
  const [system = ''] = target.split('-');
  const library = Object.entries(imageLibrary).find(([name]) => name === system)?.[1];
  assert.ok(library, `no image library is known for ${target}`);
  const wanted = [
    /dist\/wasm\/.*-simd\.wasm$/,
    /dist\/trainer\.cjs$/,
    /dist\/extension\.js$/,
    library,
    new RegExp(`node_modules/@img/sharp-${target}/.*\\.node$`),
  ];
  if (addon) wanted.push(new RegExp(`dist/native/${target}/tfjs_binding\\.node$`));
  for (const file of wanted)
    assert.ok(
      files.some((name) => file.test(name)),
      `${target}: no ${file.source}`,
    );
  const native = files.filter((file) => /\.node$/.test(file));
  assert.deepEqual(
    native.filter((file) => !file.includes(target)),
    [],
  );
}
