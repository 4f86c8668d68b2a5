/**
 * Interval in which the true share lies, after `successes` of `trials` (Wilson 1927): unlike the plain one it stays
 * within 0 to 1 and is right for few trials. `z` is the normal quantile, 1.96 for 95 %.
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959963984540054): [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const scale = 1 + (z * z) / trials;
  const middle = (share + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
