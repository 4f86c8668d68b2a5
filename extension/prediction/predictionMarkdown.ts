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

/** A hover shows 250 pixels of height before it scrolls: what the model says takes the other 150. */
const pictureHeight = 96;

/**
 * What a hover says of an image: bars, truth and earlier stages, by which run, `links` as they are, and the picture, which comes last and
 * small so that it never pushes the answer out of sight.
 */
export function predictionMarkdown(result: PredictImageResult, nameOf: NameOf, links: readonly string[]): string {
  const { prediction, earlier, trueClass, thumbnail } = result;
  const [best] = prediction.top;
  const lines: string[] = [];
  lines.push('| | | |', '|:--|:--|--:|');
  for (const { className, probability } of prediction.top) {
    lines.push(`| ${escapeMarkdown(className)} | \`${bar(probability)}\` | ${percent(probability)} |`);
  }
  lines.push('');
  const sign = best?.className === trueClass ? '✓' : '✗';
  const truth = trueClass === null ? [] : [`folder says ${escapeMarkdown(trueClass)} ${sign}`];
  const beside = [...truth, ...earlier.flatMap(earlierLine)];
  if (beside.length > 0) lines.push(beside.join(' · '), '');
  lines.push([`by ${runText(prediction, nameOf)}`, ...links].join(' · '));
  if (thumbnail !== null) {
    const alternative = `${path.basename(result.file)}, ${result.width} × ${result.height}`;
    lines.push('', `![${escapeMarkdown(alternative)}](${thumbnail}|height=${pictureHeight})`);
  }
  return lines.join('\n');
}
