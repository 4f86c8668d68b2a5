import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import type { HardImage } from '../../../webviews/protocol/hardestImages.ts';

const mostImages = 60;

/** The images with the greatest loss, hardest first; what is not finite is hardest of all. Pure. */
export function hardestOf({ images, classNames }: Evaluation, most = mostImages): HardImage[] {
  const hardness = (at: number) => {
    const loss = images.loss[at] ?? 0;
    return Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
  };
  return [...images.file.keys()]
    .sort((a, b) => (hardness(b) === hardness(a) ? a - b : hardness(b) - hardness(a)))
    .slice(0, most)
    .map((at) => ({
      file: images.file[at] ?? '',
      trueClass: classNames[images.trueClass[at] ?? -1] ?? '',
      predicted: classNames[images.predictedClass[at] ?? -1] ?? '',
      confidence: images.confidence[at] ?? 0,
      loss: images.loss[at] ?? 0,
    }));
}
