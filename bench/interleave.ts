import { Contender, ContenderEnded, type ContenderCommand } from './contender.ts';

/** What interleaved measuring gives: for each contender the work done per second, one figure a round. */
export type Figures = Map<string, number[]>;

/**
 * Measures contenders in rounds, all of them in each round, so that what else the machine does falls on all alike. The
 * order turns from round to round. `unitsPerStep` turns steps into what figures count (images, say).
 *
 * With `oneAtATime` each is started anew for each of its turns, for work that needs so much memory that not all fit.
 */
export async function interleave(
  commands: readonly ContenderCommand[],
  options: { rounds: number; seconds: number; unitsPerStep: number; oneAtATime: boolean },
): Promise<Figures> {
  const figures: Figures = new Map(commands.map(({ name }) => [name, []]));
  const steps = new Map<string, number>();
  const running = new Map<string, Contender>();

  const measure = async (command: ContenderCommand): Promise<void> => {
    const contender = running.get(command.name) ?? (await Contender.start(command));
    running.set(command.name, contender);
    const count = steps.get(command.name) ?? stepsFor(options.seconds, await contender.measure(2), 2);
    steps.set(command.name, count);
    figures.get(command.name)?.push((count * options.unitsPerStep) / (await contender.measure(count)));
    const measured = figures.get(command.name)?.length ?? 0;
    const restarts = command.restartAfterRounds !== undefined && measured % command.restartAfterRounds === 0;
    if (!options.oneAtATime && !restarts) return;
    running.delete(command.name);
    await contender.stop();
  };
  const killed = new Set<string>();
  const measureUnlessKilled = async (command: ContenderCommand): Promise<void> => {
    if (killed.has(command.name)) return;
    try {
      await measure(command);
    } catch (error) {
      if (!command.mayBeKilled || !(error instanceof ContenderEnded) || error.signal !== 'SIGKILL') throw error;
      killed.add(command.name);
      running.delete(command.name);
      figures.set(command.name, []);
      console.error(`bench: ${error.message} It is left out.`);
    }
  };
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (let turn = 0; turn < commands.length; turn++) {
        const command = commands[(turn + round) % commands.length];
        if (command && round < (command.rounds ?? Infinity)) await measureUnlessKilled(command);
      }
    }
  } finally {
    await Promise.all([...running.values()].map((contender) => contender.stop()));
  }
  return figures;
}

function stepsFor(seconds: number, measured: number, count: number): number {
  return Math.max(2, Math.round((seconds / measured) * count));
}
