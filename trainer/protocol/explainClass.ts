import type { Evaluation } from './runFolder.ts';

const mostConfusions = 10;

interface Confusion {
  className: string;
  images: number;
}

/** How well a run knows one class, on its validation images. */
export interface ExplainedClass {
  className: string;
  split: 'validation';
  precision?: number;
  recall?: number;
  f1?: number;
  support?: number;
  /** What its images are called instead, most often first. */
  takenFor: Confusion[];
  /** Whose images are called so. */
  mistakenForIt: Confusion[];
  wrongImages: { file: string; predicted: string; confidence: number | undefined }[];
}

/** How well a class is known. Pure. Throws where there is no such class. */
export function explainClass(evaluation: Evaluation, className: string): ExplainedClass {
  const { classNames, images, confusionMatrix, perClass } = evaluation;
  const index = classNames.indexOf(className);
  if (index === -1) throw new Error(`There is no class "${className}"; there are ${classNames.join(', ')}.`);
  const counted = (values: number[]): Confusion[] =>
    values
      .map((count, other) => ({ className: classNames[other] ?? '', images: count, other }))
      .filter(({ images: count, other }) => count > 0 && other !== index)
      .sort((a, b) => b.images - a.images)
      .slice(0, mostConfusions)
      .map(({ className: name, images: count }) => ({ className: name, images: count }));
  const wrong = [...images.file.keys()].filter(
    (at) => images.trueClass[at] === index && images.predictedClass[at] !== index,
  );
  return {
    className,
    split: 'validation',
    ...perClass[index],
    takenFor: counted(confusionMatrix[index] ?? []),
    mistakenForIt: counted(confusionMatrix.map((row) => row[index] ?? 0)),
    wrongImages: wrong.slice(0, mostConfusions).map((at) => ({
      file: images.file[at] ?? '',
      predicted: classNames[images.predictedClass[at] ?? -1] ?? '',
      confidence: images.confidence[at],
    })),
  };
}
