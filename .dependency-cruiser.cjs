// Who may import whom (docs/architecture.md). The way of the data is the way through the folders: each rule names a folder
// and what must not be reached from it.
const fence = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const outside = '^(extension|webviews|samples|test|scripts|bench)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    fence('no-cycle', 'Files that import each other cannot be read one after the other.', {}, { circular: true }),
    fence('trainer-alone', 'The trainer stands alone.', { path: '^trainer/' }, { path: outside }),
    fence(
      'protocol',
      'trainer/protocol is what both sides agree on: it imports nothing else of the trainer, no tfjs, no sharp, no vscode.',
      { path: '^trainer/protocol/' },
      { path: '^trainer/(?!protocol/)|node_modules/(@tensorflow|sharp|@vscode)/|^vscode$' },
    ),
    fence(
      'dataset-engine',
      'dataset and engine see trainer/protocol only.',
      { path: '^trainer/(dataset|engine)/' },
      { path: '^trainer/', pathNot: ['^trainer/protocol/', '^trainer/$1/'] },
    ),
    fence(
      'model',
      'model sees trainer/protocol and trainer/engine only.',
      { path: '^trainer/model/' },
      { path: '^trainer/', pathNot: '^trainer/(protocol|engine|model)/' },
    ),
    fence(
      'training-evaluation-run',
      'training, evaluation and run are below stages.',
      { path: '^trainer/(training|evaluation|run)/' },
      { path: '^trainer/(stages|predictor|trackers|launchers|commands|runCard)/|^trainer/main.ts$' },
    ),
    fence('stages', 'stages is below main.', { path: '^trainer/stages/' }, { path: '^trainer/(commands|main.ts)' }),
    fence(
      'extension',
      'The extension sees trainer/protocol and webviews/protocol only, and no native module.',
      { path: '^extension/' },
      {
        path: '^trainer/(?!protocol/)|^webviews/(?!protocol/)|^(samples|test|scripts|bench)/|node_modules/(@tensorflow|sharp)/',
      },
    ),
    fence(
      'webviews',
      'Webviews see webviews/protocol and trainer/protocol only.',
      { path: '^webviews/' },
      { path: '^trainer/(?!protocol/)|^(extension|samples|test|scripts|bench)/' },
    ),
    fence(
      'toolkit',
      'Only webviews/ui imports the UI toolkit, so that it can be swapped.',
      { path: '^webviews/(?!ui/)' },
      { path: 'node_modules/@vscode(-elements)?/' },
    ),
    fence(
      'charts',
      'Only webviews/charts imports Chart.js and its plugins, so that every chart has the same axes, keys and ways to be saved.',
      { path: '^webviews/(?!charts/)' },
      { path: 'node_modules/(chart\\.js|chartjs-)' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|demo|\\.tools|test/fixtures)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};
