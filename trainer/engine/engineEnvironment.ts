import { availableParallelism } from 'node:os';

/** What TensorFlow and libuv read from the environment, once: when the library is loaded, when the pool is first used. */
export interface EngineEnvironmentOptions {
  /** Threads inside one operation; absent: as many as the processor has for this process. */
  threads?: number | undefined;
  /** Threads of libuv's pool; absent: four. */
  pool?: number | undefined;
}

/**
 * The environment variables that set thread counts, quieten TensorFlow's log, and let it take a GPU's memory as it needs it
 * instead of all at once. Give them to the process that will load
 * the engine: a worker thread has only a copy of the environment, which native libraries do not see, so either they are
 * set when the child is spawned, or by the main thread before the worker starts, or the worker shares the environment.
 *
 * `threads` goes before what the user has set; the user's log level and way with GPU memory stay. `UPSIZE_DEBUG` leaves TensorFlow's log as it is.
 */
export function engineEnvironment(
  options: EngineEnvironmentOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const wanted: Record<string, string> = { TF_FORCE_GPU_ALLOW_GROWTH: env.TF_FORCE_GPU_ALLOW_GROWTH ?? 'true' };
  if (!env.UPSIZE_DEBUG) wanted.TF_CPP_MIN_LOG_LEVEL = env.TF_CPP_MIN_LOG_LEVEL ?? '3';
  if (options.threads !== undefined) wanted.TF_NUM_INTRAOP_THREADS = String(options.threads);
  if (options.pool !== undefined) wanted.UV_THREADPOOL_SIZE = env.UV_THREADPOOL_SIZE ?? String(options.pool);
  return wanted;
}

/** How many threads TensorFlow uses inside one operation in this environment; it overlooks what is no number above 0. */
export function threadsIn(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const threads = Number(env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(threads) && threads > 0 ? threads : availableParallelism();
}
