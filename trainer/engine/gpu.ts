import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The NVIDIA GPUs of this machine by name, as the driver tells them; empty where there is none or no driver. */
export function detectGpus(): string[] {
  return namesFromDriver('/proc/driver/nvidia/gpus') ?? namesFromTool();
}

/** Reads the driver's own listing (Linux); undefined where it has none. */
export function namesFromDriver(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).map((slot) => {
      const model = /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, slot, 'information'), 'utf8'));
      return model?.[1]?.trim() ?? 'NVIDIA GPU';
    });
  } catch {
    return undefined;
  }
}

// In WSL and in some containers the driver's listing is not there, but its tool is.
function namesFromTool(): string[] {
  const { status, stdout } = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    encoding: 'utf8',
    timeout: 3000,
  });
  if (status !== 0) return [];
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
