import path from 'node:path';
import type { PredictImageResult, Prediction } from '../../trainer/protocol/predictor.ts';
import { percent } from '../numbers.ts';

/** VS Code cuts a hover after so many characters, in the middle of a picture if need be. */
export const mostCharacters = 100_000;

const barWidth = 16;

/** Text that came from data, so that Markdown shows nothing but it. */
export function escapeMarkdown(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ');
  const short = oneLine.length > 120 ? `${oneLine.slice(0, 119)}…` : oneLine;
  return short.replace(/[\\`*_{}[\]()#+\-.!|<>~&@:/$^=]/g, '\\$&');
}

function bar(probability: number): string {
  const full = Math.round(probability * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
}

/** What a person calls a run, or null. */
export type NameOf = (runId: string) => string | null;

/** Two runs of one size are told apart: by the name a person gave, else by the end of the id, which is random. */
function runText({ runId, size }: Prediction, nameOf: NameOf): string {
  const name = nameOf(runId);
  return name === null ? `${size} px ${runId.split('-').at(-1)}` : `${escapeMarkdown(name)} (${size} px)`;
}

function earlierLine(earlier: Prediction): string[] {
  const [best] = earlier.top;
  return best ? [`${earlier.size}: ${escapeMarkdown(best.className)} ${percent(best.probability)}`] : [];
}

/** What a hover says of an image: picture, bars, earlier stages, truth, by which run, and `links` as they are. */
export function predictionMarkdown(result: PredictImageResult, nameOf: NameOf, links: readonly string[]): string {
  const { prediction, earlier, trueClass, thumbnail } = result;
  const [best] = prediction.top;
  const lines: string[] = [];
  if (thumbnail !== null) {
    const alternative = `${path.basename(result.file)}, ${result.width} × ${result.height}`;
    lines.push(`![${escapeMarkdown(alternative)}](${thumbnail})`, '');
  }
  lines.push('| | | |', '|:--|:--|--:|');
  for (const { className, probability } of prediction.top) {
    lines.push(`| ${escapeMarkdown(className)} | \`${bar(probability)}\` | ${percent(probability)} |`);
  }
  lines.push('');
  if (earlier.length > 0) lines.push(earlier.flatMap(earlierLine).join(' · '), '');
  if (trueClass !== null) {
    const sign = best?.className === trueClass ? '✓' : '✗';
    lines.push(`folder says ${escapeMarkdown(trueClass)} ${sign}`, '');
  }
  lines.push([`by ${runText(prediction, nameOf)}`, ...links].join(' · '));
  return lines.join('\n');
}
