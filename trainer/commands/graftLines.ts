import { describeAsText } from '../model/graftCheck.ts';
import type { GraftAnswer } from '../protocol/graftAnswer.ts';
import { bytesText } from '../protocol/numberFormats.ts';

/** The graft check as lines for people. */
export function graftLines(answer: GraftAnswer): string[] {
  if (answer.outcome === 'cannotJoin') return [answer.message];
  const { parentId, parentSize, size, classes, batchSize, memoryBytes, availableMemoryBytes, answersDifference } =
    answer;
  return [
    `From run ${parentId}: ${parentSize} px becomes ${size} px, ${classes} classes.`,
    ...describeAsText(answer).split('\n'),
    memoryBytes > availableMemoryBytes
      ? `A step with ${batchSize} images needs more memory than the ${bytesText(availableMemoryBytes)} that are free. Take a smaller batch size.`
      : `${bytesText(availableMemoryBytes)} of memory are free for a step with ${batchSize} images.`,
    answersDifference === null
      ? 'The new layers begin without the answers of the run.'
      : 'The new model begins with the answers of the run, to rounding.',
  ];
}
