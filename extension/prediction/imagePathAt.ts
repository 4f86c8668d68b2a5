/** A stretch of a line that may be the path of an image; `start` and `end` are columns from 0, `end` behind it. */
export interface PathCandidate {
  text: string;
  start: number;
  end: number;
}

const imageEnd = /\.(?:jpe?g|png|webp)(?![\w-])/gi;
const quotes = new Set(['"', "'", '`']);
/** What cannot be in a path that is not in quotes, besides blanks. */
const delimiters = new Set([...quotes, ',', ';', '\t', '<', '>', '|', '(', ')', '[', ']', '{', '}', '=', '*', '?']);
const longestPath = 1024;

/**
 * What of a line at a column can be the path of an image, the likeliest first: what stands in quotes or between delimiters,
 * blanks included, then what is left without what stands before a blank. None where the column is not on such a path.
 */
export function imagePathsAt(line: string, column: number): PathCandidate[] {
  const from = Math.max(0, column - longestPath);
  const near = line.slice(from, column + longestPath);
  const candidates: PathCandidate[] = [];
  for (const match of near.matchAll(imageEnd)) {
    const end = from + match.index + match[0].length;
    if (end < column) continue;
    for (const start of startsBefore(line, end)) {
      if (start <= column && start < end) candidates.push({ text: line.slice(start, end), start, end });
    }
    if (candidates.length > 0) break;
  }
  return candidates;
}

function startsBefore(line: string, end: number): number[] {
  const closing = line[end];
  if (closing !== undefined && quotes.has(closing)) {
    const opening = line.lastIndexOf(closing, end - 1);
    if (opening !== -1) return [opening + 1];
  }
  let start = end;
  while (start > 0 && end - start < longestPath && !delimiters.has(line[start - 1] ?? '')) start--;
  while (line[start] === ' ') start++;
  const starts = [start];
  for (let blank = line.indexOf(' ', start); blank !== -1 && blank < end; blank = line.indexOf(' ', blank + 1)) {
    starts.push(blank + 1);
  }
  const { length } = starts;
  // `key: photos/kiwi.jpg` in YAML, `./kiwi.jpg:12` in a log.
  for (const each of starts.slice(0, length)) {
    const colon = line.slice(each, end).search(/:(?![\\/])/);
    if (colon > 1) starts.push(each + colon + 1);
  }
  return starts;
}

/** The ways in which a path can be written down: as it is, percent-encoded, as a file URI, with doubled backslashes. */
export function spellingsOf(written: string): string[] {
  const trimmed = written.trim();
  const spellings = [trimmed];
  if (trimmed.startsWith('file://')) spellings.unshift(decoded(trimmed.replace(/^file:\/\/(?:localhost)?/, '')));
  if (trimmed.includes('%')) spellings.push(decoded(trimmed));
  if (trimmed.includes('\\')) spellings.push(trimmed.replaceAll('\\\\', '\\'), trimmed.replace(/\\+/g, '/'));
  return [...new Set(spellings)].filter((each) => each !== '' && !each.includes('\0'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
