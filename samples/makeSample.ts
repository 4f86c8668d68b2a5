import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { generateSample } from './generate.ts';
import { sampleConfig } from './sampleConfig.ts';

interface SampleCommandOptions {
  seed: number;
  count: number;
  progress?: boolean;
}

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
};

const command = new Command('makeSample')
  .description('Makes the sample data set: pictures of twelve fruits in class folders, the same bytes each time.')
  .argument('<directory>', 'where photos/, its lists and upsize.json go')
  .option('--seed <number>', 'another seed gives other pictures', wholeNumber, 1)
  .option('--count <number>', 'how many pictures', wholeNumber, 2000)
  .option('--progress', 'say in lines how far it is')
  .action(async (directory: string, { seed, count, progress = false }: SampleCommandOptions) => {
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort(new Error('Stopped.')));
    const onProgress = (done: number): void => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count} pictures`);
      else if (progress) process.stderr.write(`${done} of ${count} pictures\n`);
    };
    const summary = await generateSample({ directory, seed, count, onProgress, signal: stop.signal });
    const config = path.join(directory, 'upsize.json');
    if (!existsSync(config)) writeFileSync(config, `${JSON.stringify(sampleConfig, null, 2)}\n`);
    if (process.stderr.isTTY) process.stderr.write('\r');
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  });

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
