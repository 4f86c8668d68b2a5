/** Shown where there is no number. */
export const noNumber = '–';

/** `59.3 %`; accuracy has one decimal everywhere. */
export function percent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? noNumber : `${(100 * share).toFixed(1)} %`;
}

/** `+6.2 pt`: a difference of two shares, in points. */
export function points(difference: number | null): string {
  if (difference === null || !Number.isFinite(difference)) return noNumber;
  // Adding 0 makes a plain zero of a negative one, which would have a sign of its own.
  const value = Math.round(1000 * difference) / 10 + 0;
  return `${value < 0 ? '' : '+'}${value.toFixed(1)} pt`;
}

/** Three significant digits. */
export function lossText(loss: number | null): string {
  if (loss === null) return noNumber;
  return Number.isFinite(loss) ? loss.toPrecision(3) : String(loss);
}

/** `1,234`. */
export function countText(count: number | null): string {
  return count === null ? noNumber : Math.round(count).toLocaleString('en');
}

/** As people say it: `8 s`, `4 min 12 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `~2 min`: how long something will take, no finer than it is known. */
export function aboutText(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `~${Math.round(seconds / 10) * 10} s`;
  if (seconds < 5400) return `~${Math.round(seconds / 60)} min`;
  return `~${(seconds / 3600).toFixed(1)} h`;
}

/** `1.3 GB`, in powers of 1000 as disks are sold. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toPrecision(2)} ${units[power] ?? ''}`;
}
