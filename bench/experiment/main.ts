// `npm run experiment -- NAME …`: what takes hours to find out, beside the benchmarks, which take minutes.
const [name = '', ...rest] = process.argv.slice(2);
const experiments: Readonly<Record<string, () => Promise<unknown>>> = { speed: () => import('./speed.ts') };
const experiment = experiments[name];
if (experiment === undefined) {
  console.error(`There is no experiment "${name}". Experiments: ${Object.keys(experiments).join(', ')}.`);
  process.exit(1);
}
// The experiment reads its own arguments, as if it had been started by itself.
process.argv.splice(2, process.argv.length, ...rest);
await experiment();
