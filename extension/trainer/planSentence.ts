import type { EffectiveConfig } from '../../trainer/protocol/config.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

/**
 * Seconds that a stage will take at most, from what the runs on the same images and engine needed for an image of their size;
 * null without one.
 */
export function expectedSeconds(
  effective: EffectiveConfig,
  runs: readonly Run[],
  engine: 'native' | 'wasm',
): number | null {
  const { size, training } = effective.stage;
  const measured = runs
    .filter(({ overview }) => overview.engine === engine && overview.epochs > 0)
    .sort((a, b) => nearness(a, size) - nearness(b, size) || b.overview.created - a.overview.created)
    .find(({ manifest }) => manifest.config.dataset.path === effective.dataset.path);
  if (!measured) return null;
  const { epochs } = measured.summary;
  const secondsPerEpoch = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0) / epochs.length;
  // A convolution's work grows with the pixels.
  const growth = (size / measured.overview.size) ** 2;
  return secondsPerEpoch * growth * training.epochs;
}

function nearness(run: Run, size: number): number {
  return Math.abs(Math.log2(run.overview.size / size));
}

/** In one line what a stage will do: its size, what it grows from, what is frozen, how long at most. */
export function planSentence(effective: EffectiveConfig, parent: Run | null, seconds: number | null): string {
  const { size, extend, freeze, training } = effective.stage;
  if (effective.control) {
    const time = atMost(effective.control.computeBudgetSeconds);
    return `Training the control: ${size} px alone · a new network · ${time} of training steps, as the ladder took`;
  }
  const parts = [`Training at ${size} px`];
  if (parent === null) parts.push('a new network');
  else {
    const { size: parentSize } = parent.manifest.config.stage;
    parts.push(
      extend?.strategy === 'feeder'
        ? `${extend.feeder} feeder in front of the ${parentSize} px run`
        : `from the ${parentSize} px run`,
    );
  }
  const trainableFrom = extend?.strategy === 'resize' ? extend.trainableFrom : undefined;
  if (trainableFrom !== undefined) parts.push(`trains from ${trainableFrom}`);
  if (freeze === 'parent') parts.push('its layers frozen');
  else if (Array.isArray(freeze)) parts.push(`frozen: ${freeze.join(', ')}`);
  else if (parent !== null && trainableFrom === undefined) parts.push('nothing frozen');
  const time = seconds === null ? '' : `, about ${atMost(seconds)}`;
  parts.push(`at most ${training.epochs} epochs${time}`);
  return parts.join(' · ');
}

function atMost(seconds: number): string {
  if (seconds < 90) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
