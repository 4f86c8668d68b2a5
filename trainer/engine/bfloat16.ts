import { readFileSync } from 'node:fs';
import type { Engine } from './loadEngine.ts';

/** Whether the processor multiplies bfloat16 numbers itself: elsewhere TensorFlow converts each of them, which is slower. */
export function hasBfloat16(processor: string = readProcessor()): boolean {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(processor)?.[1]?.split(/\s+/) ?? [];
  return ['avx512_bf16', 'amx_bf16', 'bf16'].some((flag) => flags.includes(flag));
}

/** Why steps cannot compute in bfloat16 here, and what to do, as sentences; null where they can. */
export function whyNoBfloat16(
  { name }: Pick<Engine, 'name'>,
  processorHasIt = hasBfloat16(),
): { reason: string; advice: string } | null {
  const advice = 'Set "precision" to "float32", or leave it out.';
  if (name !== 'native') {
    return { reason: `"precision": "bfloat16" takes the native engine, and this is the ${name} engine.`, advice };
  }
  if (!processorHasIt) {
    const reason =
      '"precision": "bfloat16" takes a processor that computes in it (avx512_bf16, amx_bf16 or Arm’s bf16), and this one does not.';
    return { reason, advice };
  }
  return null;
}

// TensorFlow's kernels in bfloat16 are oneDNN's, which it has on Linux; nothing else tells what the processor can do.
function readProcessor(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
