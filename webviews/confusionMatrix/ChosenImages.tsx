import { choiceTitle, type confusionMatrixBoundary, type ImageChoice } from '../protocol/confusionMatrix.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count, percentNumber } from '../ui/numbers.ts';
import { useAnswer } from '../ui/useAnswer.ts';

interface ChosenImagesProps {
  channel: ViewChannel<typeof confusionMatrixBoundary>;
  choice: ImageChoice;
  classNames: readonly string[];
  /** Changes when the evaluation does. */
  stamp: unknown;
  ask: (request: Promise<unknown>) => void;
}

/** The images behind a cell, a row, a column, or what a stage fixed and broke. */
export function ChosenImages({ channel, choice, classNames, stamp, ask }: ChosenImagesProps) {
  const { value: found, failure } = useAnswer(() => channel.request('images', choice), JSON.stringify(choice), {
    again: stamp,
  });
  return (
    <section class="chosen" aria-label="Images behind the choice">
      <div class="spread">
        <h2 class="name">{choiceTitle(choice, classNames)}</h2>
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
      {found === null ? <p class="muted">{failure ?? 'Reading …'}</p> : null}
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
