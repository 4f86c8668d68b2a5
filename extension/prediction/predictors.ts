import type { PredictorMethod, PredictorParams, PredictorResult } from '../../trainer/protocol/predictor.ts';
import type { Trainer } from '../trainer/trainer.ts';
import type { AskOptions, PredictorProcess } from './predictorProcess.ts';

const mostRestarts = 3;
const forgetLossesMs = 10 * 60_000;

export interface PredictorSettings {
  memoryLimitMegabytes: () => number;
  requireTrust: () => void;
  log: (line: string) => void;
}

interface Served {
  process: Promise<PredictorProcess> | undefined;
  /** When it went away by itself. */
  losses: number[];
  /** Why it is not started again. */
  gaveUp: string | undefined;
}

/** The predictor child of each workspace folder of this window, started when first asked, ended when the folder is closed. */
export class Predictors {
  readonly #trainer: Trainer;
  readonly #settings: PredictorSettings;
  readonly #served = new Map<string, Served>();
  #disposed = false;

  constructor(trainer: Trainer, settings: PredictorSettings) {
    this.#trainer = trainer;
    this.#settings = settings;
  }

  /**
   * Asks the predictor of a workspace folder. Rejects with a sentence for the user; after three restarts within ten
   * minutes it is not started again until `reset`.
   */
  async ask<M extends PredictorMethod>(
    workspace: string,
    method: M,
    params: PredictorParams<M>,
    options?: AskOptions,
  ): Promise<PredictorResult<M>> {
    this.#settings.requireTrust();
    const predictor = await this.#predictor(workspace);
    return predictor.ask(method, params, options);
  }

  /** Ends the children; the next request starts new ones. */
  reset(): void {
    for (const { process } of this.#served.values()) process?.then((each) => each.dispose()).catch(() => undefined);
    this.#served.clear();
  }

  /** Ends the children of folders that are no longer open. */
  keepOnly(workspaces: ReadonlySet<string>): void {
    for (const [workspace, { process }] of this.#served) {
      if (workspaces.has(workspace)) continue;
      this.#served.delete(workspace);
      process?.then((each) => each.dispose()).catch(() => undefined);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.reset();
  }

  async #predictor(workspace: string): Promise<PredictorProcess> {
    if (this.#disposed) throw new Error('The window is closing.');
    const served = this.#served.get(workspace) ?? { process: undefined, losses: [], gaveUp: undefined };
    this.#served.set(workspace, served);
    if (served.gaveUp !== undefined) throw new Error(served.gaveUp);
    if (served.process === undefined) {
      const process = this.#start(workspace);
      served.process = process;
      process
        .then((predictor) => predictor.stopped)
        .then(
          (why) => this.#wentAway(workspace, served, why),
          (error: unknown) => this.#wentAway(workspace, served, error instanceof Error ? error.message : String(error)),
        );
    }
    return served.process;
  }

  async #start(workspace: string): Promise<PredictorProcess> {
    const started = performance.now();
    const { startPredictor } = await import('./predictorProcess.ts');
    const predictor = await startPredictor({
      node: await this.#trainer.node(),
      entry: this.#trainer.entry,
      environment: this.#trainer.environment,
      memoryLimitMegabytes: this.#settings.memoryLimitMegabytes(),
      workspace,
      log: this.#settings.log,
    });
    this.#settings.log(`The predictor of ${workspace} is ready after ${Math.round(performance.now() - started)} ms`);
    return predictor;
  }

  #wentAway(workspace: string, served: Served, why: string): void {
    if (this.#served.get(workspace) !== served || this.#disposed) return;
    this.#settings.log(`The predictor of ${workspace} went away: ${why}`);
    const now = Date.now();
    // Started again when it is next needed, not at once: what ended it may still hold.
    served.process = undefined;
    served.losses = [...served.losses.filter((time) => now - time < forgetLossesMs), now];
    if (served.losses.length > mostRestarts) {
      served.gaveUp = `Predictions ended ${served.losses.length} times in a row (${why}) and were given up. "Upsize: Show Log" says more; reload the window to try again.`;
    }
  }
}
