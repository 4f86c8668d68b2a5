/** A share of 1 as per cent with one decimal: `59.3 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A difference of shares in points, with its sign as arrow and number: `▲ +6.2`, `▼ −0.4`, `± 0.0`. */
export function points(difference: number): string {
  const text = Math.abs(difference * 100).toFixed(1);
  if (text === '0.0') return '± 0.0';
  return difference > 0 ? `▲ +${text}` : `▼ −${text}`;
}

/** The same where room is short: `+6.2`, `−0.4`, `±0.0`. */
export function shortPoints(difference: number): string {
  const text = Math.abs(difference * 100).toFixed(1);
  if (text === '0.0') return '±0.0';
  return `${difference > 0 ? '+' : '−'}${text}`;
}

/** Seconds as people say them: `42 s`, `4 min 12 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** The same where room is short: `42 s`, `4 min`, `2.1 h`. */
export function shortDuration(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 59.5 * 60 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** An estimate of seconds to come, no finer than it is known: `~40 s left`, `~2 min left`. */
export function timeLeft(seconds: number): string {
  if (seconds < 55) return `~${Math.max(5, Math.ceil(seconds / 5) * 5)} s left`;
  if (seconds < 90 * 60) return `~${Math.max(1, Math.round(seconds / 60))} min left`;
  return `~${(seconds / 3600).toFixed(1)} h left`;
}

/** A count with separators of the user's locale. */
export function count(value: number): string {
  return value.toLocaleString();
}

/** A loss with three significant digits. */
export function loss(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(3) : String(value);
}

/** `1 run`, `3 runs`. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** When something was, short, as lists have it: `14:03` today, `Mon 14:03` this week, else `3 Nov 2026`. */
export function shortTime(time: number, now: number): string {
  const then = new Date(time);
  const clock = then.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === new Date(now).toDateString()) return clock;
  if (now - time < 6 * 86_400_000) return `${then.toLocaleDateString(undefined, { weekday: 'short' })} ${clock}`;
  return then.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}
