import { useEffect, useState } from 'preact/hooks';
import type { confusionMatrixBoundary, ImageChoice } from '../protocol/confusionMatrix.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count, percentNumber } from '../ui/numbers.ts';

interface ChosenImagesProps {
  channel: ViewChannel<typeof confusionMatrixBoundary>;
  choice: ImageChoice;
  classNames: readonly string[];
  /** Changes when the evaluation does. */
  stamp: unknown;
  tell: (message: string | null) => void;
}

interface Found {
  total: number;
  files: { file: string; trueClass: number; predictedClass: number; confidence: number }[];
}

/** What a choice means, in words. */
export function choiceWords(
  { trueClass, predictedClass, against }: ImageChoice,
  classNames: readonly string[],
): string {
  const parts = [
    against === 'any' ? '' : `${against} since the parent`,
    trueClass === null ? '' : `true ${classNames[trueClass] ?? ''}`,
    predictedClass === null ? '' : `predicted ${classNames[predictedClass] ?? ''}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'all validation images' : parts.join(', ');
}

/** The images behind a cell, a row, a column, or what a stage fixed and broke. */
export function ChosenImages({ channel, choice, classNames, stamp, tell }: ChosenImagesProps) {
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let ended = false;
    channel.request('images', choice).then(
      (answer) => ended || setFound(answer),
      (error: unknown) => ended || tell(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      ended = true;
    };
  }, [JSON.stringify(choice), stamp]);
  const ask = (request: Promise<unknown>) =>
    void request.catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
  return (
    <section class="chosen" aria-label="Images behind the choice">
      <div class="spread">
        <h2 class="name">{choiceWords(choice, classNames)}</h2>
        {found === null ? null : (
          <span class="muted">
            {count(found.total)} {found.total === 1 ? 'image' : 'images'}
          </span>
        )}
      </div>
      {found === null || found.total === 0 ? null : (
        <Button look="primary" onPress={() => ask(channel.request('openImages', choice))}>
          Show in Gallery
        </Button>
      )}
      {found === null ? <p class="muted">Reading …</p> : null}
      <ul class="files">
        {found?.files.map((image) => (
          <li key={image.file}>
            <button
              type="button"
              class="link name"
              title={image.file}
              onClick={() => ask(channel.request('openImage', { file: image.file }))}
            >
              {image.file}
            </button>
            <span class="muted name">
              {image.trueClass === image.predictedClass ? '✓' : '✗'} {classNames[image.predictedClass] ?? ''}
            </span>
            <span class="number">{percentNumber(image.confidence)}</span>
          </li>
        ))}
      </ul>
      {found !== null && found.files.length < found.total ? (
        <p class="muted">The {count(found.files.length)} surest; the gallery shows all.</p>
      ) : null}
    </section>
  );
}
