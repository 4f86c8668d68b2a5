import { availableParallelism } from 'node:os';
import { isMainThread, workerData } from 'node:worker_threads';
import { Command, CommanderError } from 'commander';
import { commandRegistry } from './commands/commandRegistry.ts';
import { CommandError, exitCodes, plainText, type CommandContext } from './commands/commandContext.ts';
import { explainError } from './commands/explainError.ts';
import { threadPlan } from './protocol/threadPlan.ts';
import { upsizeVersion } from './protocol/upsizeVersion.ts';

/** What the threads of the trainer do; `job` of a thread's data says which. */
const jobs: Readonly<Record<string, () => Promise<void>>> = {
  stage: async () => (await import('./stages/runStage.ts')).runStageWorker(),
  decode: async () => (await import('./dataset/decoderThread.ts')).runDecoderThread(),
  pixels: async () => (await import('./dataset/pixelThread.ts')).runPixelThread(),
};

async function runThread(): Promise<void> {
  const data: unknown = workerData;
  const job = typeof data === 'object' && data !== null && 'job' in data ? String(data.job) : '';
  const run = jobs[job];
  if (!run) throw new Error(`There is no job "${job}" for a thread.`);
  await run();
}

async function main(): Promise<void> {
  const typed = process.argv.slice(2);
  const context: CommandContext = {
    input: process.stdin,
    output: process.stdout,
    errorOutput: process.stderr,
    currentDirectory: process.cwd(),
    environment: process.env,
    onInterrupt,
    exitCode: exitCodes.ok,
  };
  // `upsize runs | head` ends the pipe early: nobody is left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : exitCodes.failed),
  );
  try {
    const program = await makeProgram(typed, context);
    await program.parseAsync(typed.length > 0 ? typed : ['--help'], { from: 'user' });
  } catch (error) {
    context.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) {
      process.stderr.write(`upsize: ${plainText(explainError(error, Boolean(process.env.UPSIZE_DEBUG)))}\n`);
    }
  }
  // What was written to a pipe may still be on its way; engines keep threads that would keep the process.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(context.exitCode)));
}

/** All commands by name and summary; only the one that was typed is loaded in full. */
async function makeProgram(typed: readonly string[], context: CommandContext): Promise<Command> {
  const program = new Command('upsize')
    .description('Trains image classifiers by progressive resizing: small images first, then larger ones.')
    .version(upsizeVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .addHelpText('after', helpEnd);
  const [first, second] = typed.filter((word) => !word.startsWith('-'));
  const chosen = first === 'help' ? second : first;
  for (const entry of commandRegistry) {
    const command = program
      .command(entry.name, { hidden: entry.hidden ?? false })
      .summary(entry.summary)
      .description(`${entry.summary[0]?.toUpperCase() ?? ''}${entry.summary.slice(1)}.`)
      .helpOption('-h, --help', 'print help')
      .exitOverride();
    if (entry.name === chosen) (await entry.load())(command, context);
  }
  return program;
}

const helpEnd = `
Begin with "upsize init" in a folder that holds your images, then "upsize train --all".

Exit codes: 0 done, 1 failed, 2 wrong options or config, 3 stopped (can be resumed),
4 nothing to do or a choice to make, 130 left with Ctrl-C while the run goes on.
Environment: UPSIZE_ENGINE=auto|native|wasm, UPSIZE_CACHE (where engines are kept), UPSIZE_DEBUG=1 (details of errors).`;

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  // Commander's own: help and version end with 0, everything else is wrong usage.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  return exitCodes.failed;
}

function onInterrupt(listener: () => void): () => void {
  process.on('SIGINT', listener);
  return () => process.off('SIGINT', listener);
}

// The one file that touches the process: command line, exit code, signals. The worker thread of a trainer child begins
// here too, so that one bundle serves both.
if (isMainThread) {
  // Read once, when the pool is first used: before anything else.
  process.env.UV_THREADPOOL_SIZE ??= String(threadPlan(availableParallelism()).pool);
  void main();
} else void runThread();
