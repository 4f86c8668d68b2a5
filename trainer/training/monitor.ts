import type { EpochReport } from './callback.ts';

/** The value that a callback watches, by Keras' names. */
export type Monitor = 'val_loss' | 'val_accuracy';

/** The monitored value of an epoch. */
export function monitored(monitor: Monitor, epoch: EpochReport): number {
  return monitor === 'val_loss' ? epoch.valLoss : epoch.valAccuracy;
}

/** Whether `value` is better than `best` by more than `minDelta`: lower for a loss, higher for an accuracy. */
export function improved(monitor: Monitor, value: number, best: number | null, minDelta: number): boolean {
  if (best === null) return true;
  return monitor === 'val_loss' ? value < best - minDelta : value > best + minDelta;
}
