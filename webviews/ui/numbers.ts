/** How every view writes numbers: in the reader's language, as looks.md asks. */

const locale = (globalThis.document as Document | undefined)?.documentElement.lang || undefined;
const cached = new Map<string, Intl.NumberFormat>();

function format(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options);
  let found = cached.get(key);
  if (!found) {
    try {
      found = new Intl.NumberFormat(locale, options);
    } catch {
      // A language tag that the browser does not know.
      found = new Intl.NumberFormat(undefined, options);
    }
    cached.set(key, found);
  }
  return found.format(value);
}

const thinSpace = '\u202f';
/** What stands where a number is not known. */
export const unknownNumber = '–';

function plain(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
}

/** A share of 1 as per cent with one decimal, the unit left to the head: 59.3. */
export function percentNumber(share: number | null): string {
  if (share === null) return unknownNumber;
  if (!Number.isFinite(share)) return plain(share);
  return format(share * 100, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** A share of 1 as per cent: 59.3 %. */
export function percent(share: number | null): string {
  const number = percentNumber(share);
  return share === null || !Number.isFinite(share) ? number : `${number}${thinSpace}%`;
}

/** A gain in shares of 1 as points with its sign: +5.9. */
export function pointsNumber(gain: number | null): string {
  if (gain === null) return unknownNumber;
  if (!Number.isFinite(gain)) return plain(gain);
  const text = format(Math.abs(gain) * 100, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${gain < 0 ? '−' : '+'}${text}`;
}

/** A gain in words: +5.9 pt. */
export function points(gain: number | null): string {
  return gain === null || !Number.isFinite(gain) ? pointsNumber(gain) : `${pointsNumber(gain)}${thinSpace}pt`;
}

/** ▲ for a gain, ▼ for a loss, nothing for neither: the sign that stands beside green and red. */
export function gainSign(gain: number | null): '▲' | '▼' | '' {
  return gain === null || !(Math.abs(gain) >= 0.0005) ? '' : gain > 0 ? '▲' : '▼';
}

/** The class that colours a gain: only where its sign stands beside it. */
export function gainClass(gain: number | null): 'good' | 'bad' | '' {
  const sign = gainSign(gain);
  return sign === '▲' ? 'good' : sign === '▼' ? 'bad' : '';
}

/** A loss or another plain measure with three significant digits: 1.23, 0.0456. */
export function measure(value: number | null): string {
  if (value === null) return unknownNumber;
  if (!Number.isFinite(value)) return plain(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) {
    return format(value, { notation: 'scientific', maximumSignificantDigits: 3 });
  }
  return format(value, {
    minimumSignificantDigits: 3,
    maximumSignificantDigits: Math.max(3, Math.ceil(Math.log10(size))),
  });
}

/** A learning rate as it is written in a config: 0.0005. */
export function learningRate(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-5
    ? format(value, { notation: 'scientific', maximumSignificantDigits: 3 })
    : format(value, { maximumSignificantDigits: 3 });
}

/** A count with separators: 26,376. */
export function count(value: number | null): string {
  if (value === null) return unknownNumber;
  return Number.isFinite(value) ? format(value, { maximumFractionDigits: 0 }) : plain(value);
}

/** A rate: three digits are plenty. */
export function rate(value: number | null): string {
  if (value === null) return unknownNumber;
  return Number.isFinite(value) ? format(value, { maximumSignificantDigits: 3 }) : plain(value);
}

/** Time as people say it: 0.4 s, 42 s, 4 min 12 s, 2 h 5 min. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return unknownNumber;
  const unit = (value: number, name: string) => `${format(value, { maximumFractionDigits: 1 })}${thinSpace}${name}`;
  if (seconds < 9.95) return unit(Math.round(seconds * 10) / 10, 's');
  const whole = Math.round(seconds);
  if (whole < 60) return unit(whole, 's');
  if (whole < 3600) {
    const rest = whole % 60;
    return rest === 0 ? unit(whole / 60, 'min') : `${unit(Math.floor(whole / 60), 'min')} ${unit(rest, 's')}`;
  }
  const minutes = Math.round(whole / 60);
  const rest = minutes % 60;
  return rest === 0 ? unit(minutes / 60, 'h') : `${unit(Math.floor(minutes / 60), 'h')} ${unit(rest, 'min')}`;
}

/** About how long, without false exactness: ~2 min left. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '';
  if (seconds < 50) return `~${Math.max(5, Math.round(seconds / 5) * 5)}${thinSpace}s left`;
  if (seconds < 90 * 60) return `~${Math.max(1, Math.round(seconds / 60))}${thinSpace}min left`;
  return `~${format(seconds / 3600, { maximumFractionDigits: 1 })}${thinSpace}h left`;
}

/** Bytes as people say them: 512 MB. */
export function bytes(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return unknownNumber;
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let index = 0;
  while (size >= 999.5 && index < names.length - 1) {
    size /= 1000;
    index++;
  }
  return `${format(size, { maximumSignificantDigits: 3 })}${thinSpace}${names[index] ?? ''}`;
}

/** A clock time of the reader's day: 14:03:21. */
export function clock(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
