import { hasBfloat16 } from '../engine/bfloat16.ts';
import type { EngineName } from '../engine/loadEngine.ts';
import { detectGpus } from '../engine/gpu.ts';
import { findBuild, findNativeParts } from '../engine/native/nativeParts.ts';
import { tensorflowVersion } from '../engine/tensorflowRelease.ts';
import type { EngineDescription } from '../protocol/events.ts';
import type { RunManifest } from '../protocol/runFolder.ts';
import type { Run } from '../protocol/runSummary.ts';
import { upsizeVersion } from '../protocol/upsizeVersion.ts';

/** What computes here and now. */
export interface EngineAtHand {
  upsize: string;
  tensorflow: string;
  /** Why the native engine cannot be had, or null. */
  whyNotNative: string | null;
  /** Whether the processor computes in bfloat16. */
  bfloat16: boolean;
  /** Whether there is a GPU and the engine for it. */
  gpu: boolean;
}

/** What is not as it was when a run began, so that going on would not end with the weights of an uninterrupted run. */
export interface ResumeChange {
  /** What, and what that means, for people. */
  message: string;
  /** The engine to go on with all the same. */
  engine: EngineName;
}

/** What a trainer that is started now would compute with. */
export function engineAtHand(): EngineAtHand {
  const parts = findNativeParts();
  const whyNotNative = parts.found ? null : parts.reason;
  const gpu = findBuild('gpu').found && detectGpus().length > 0;
  return { upsize: upsizeVersion, tensorflow: tensorflowVersion, whyNotNative, bfloat16: hasBfloat16(), gpu };
}

/** Null where a resume would be exact, and where nothing was trained yet that it could fail to continue. */
export function resumeChange(
  { id, manifest, summary }: Pick<Run, 'id' | 'summary'> & { manifest: Pick<RunManifest, 'config'> },
  now: EngineAtHand,
): ResumeChange | null {
  const { engine, upsize, resumable } = summary;
  if (engine === null || !resumable) return null;
  const effect = 'Going on would not end with the very weights of an uninterrupted run.';
  if (engine.name === 'native' && now.whyNotNative !== null) {
    const message = `Run ${id} was trained on the native engine, and that is not at hand: ${now.whyNotNative} WASM can go on, many times slower. ${effect}`;
    return { message, engine: 'wasm' };
  }
  const changes: string[] = [];
  if (manifest.config.stage.training.precision === 'bfloat16' && !now.bfloat16) {
    changes.push('bfloat16 (this processor does not compute in it: float32 can go on)');
  }
  if (engine.gpuUsed && !now.gpu) changes.push('a GPU (here is none that it can use: the processor can go on)');
  if (upsize !== null && upsize !== now.upsize) changes.push(`Upsize ${upsize} (this is ${now.upsize})`);
  if (engine.tensorflow !== null && engine.tensorflow !== now.tensorflow) {
    changes.push(`TensorFlow ${engine.tensorflow} (this is ${now.tensorflow})`);
  }
  if (changes.length === 0) return null;
  return { message: `Run ${id} was trained with ${changes.join(' and ')}. ${effect}`, engine: engine.name };
}

/** What an attempt computes with otherwise than the one before it, as a sentence for its log; null where all is the same. */
export function engineChange(before: ComparedEngine, now: ComparedEngine): string | null {
  const named = ({ name, tensorflow, tfjs, gpuUsed }: ComparedEngine) =>
    `the ${name} engine (${tensorflow === null ? '' : `TensorFlow ${tensorflow}, `}tfjs ${tfjs}${gpuUsed ? ', on a GPU' : ''})`;
  if (named(before) === named(now)) return null;
  return `This run was begun on ${named(before)} and goes on with ${named(now)}: its weights will not be the very ones of an uninterrupted run.`;
}

type ComparedEngine = Pick<EngineDescription, 'name' | 'tfjs' | 'tensorflow' | 'gpuUsed'>;
