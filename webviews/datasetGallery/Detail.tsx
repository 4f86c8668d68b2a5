import { useEffect, useState } from 'preact/hooks';
import type { datasetGalleryBoundary, StageSight } from '../protocol/datasetGallery.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count, percent } from '../ui/numbers.ts';
import { useAnswer } from '../ui/useAnswer.ts';
import { classOf, verdictOf, type ImageTable } from './imageTable.ts';
import { predictionWords } from './imageWords.ts';

/** Whoever holds an arrow key looks at the image where it comes to rest. */
const restMs = 150;

interface DetailProps {
  channel: ViewChannel<typeof datasetGalleryBoundary>;
  ask: (request: Promise<unknown>) => void;
  table: ImageTable;
  index: number;
  /** Other images that show the same or nearly the same. */
  twins: readonly number[];
  onTwins: () => void;
  /** Orders the images by how near they are to this one; null where no model can say it. */
  onNearest: (() => void) | null;
  onClose: () => void;
}

/** The file, once it has stayed the same for a moment; null until then. */
function useRested(file: string): string | null {
  const [rested, setRested] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setRested(file), restMs);
    return () => clearTimeout(timer);
  }, [file]);
  return rested === file ? rested : null;
}

/** One image beside the grid: the picture itself, what is known of it, and the resolution lens. */
export function Detail({ channel, ask, table, index, twins, onTwins, onNearest, onClose }: DetailProps) {
  const file = table.files[index] ?? '';
  const when = useRested(file) !== null;
  const picture = useAnswer(() => channel.request('picture', { file }), file, { when });
  const lens = useAnswer(() => channel.request('lens', { file }), file, { when });
  const label = classOf(table, index);
  const decision = table.decisionOf(index);
  const verdict = verdictOf(table, index);
  return (
    <aside class="detail" aria-label={`Detail of ${file}`}>
      <div class="spread">
        <h2 class="name" title={file}>
          {file}
        </h2>
        <Button look="icon" icon="close" label="Close the detail" onPress={onClose} />
      </div>
      <div class="whole">
        {picture.value === null ? (
          <p class="muted">{picture.failure ?? 'Reading …'}</p>
        ) : (
          <img src={picture.value} alt={`${label}, ${file}`} />
        )}
      </div>
      <p>
        {decision?.label == null ? label : `relabelled ${label}`}
        {decision?.excluded === true ? ' · excluded' : ''} · {count(table.column('width')[index] ?? 0)} ×{' '}
        {count(table.column('height')[index] ?? 0)} px ·{' '}
        {['train', 'validation', 'test'][table.column('split')[index] ?? 0]}
      </p>
      {verdict === null ? null : <p class={verdict === 'right' ? 'good' : 'bad'}>{predictionWords(table, index)}</p>}
      <div class="row">
        <Button onPress={() => ask(channel.request('openImage', { file }))}>Open File</Button>
        {twins.length > 0 ? <Button onPress={onTwins}>Show {count(twins.length + 1)} Alike</Button> : null}
        {onNearest ? <Button onPress={onNearest}>Sort by Nearest to This</Button> : null}
      </div>
      <h2>Resolution lens</h2>
      {lens.failure === null ? null : <p class="muted">{lens.failure}</p>}
      {lens.value === null && lens.failure === null ? <p class="muted">Asking each stage …</p> : null}
      {lens.value?.length === 0 ? (
        <p class="muted">What each stage sees and says stands here when one has been trained.</p>
      ) : null}
      <div class="lens">
        {lens.value?.map((sight) => (
          <Sight key={sight.size} sight={sight} label={label} />
        ))}
      </div>
      <Augmentation channel={channel} file={file} when={when} />
    </aside>
  );
}

/** What training makes of the image, drawn anew at a press. */
function Augmentation({ channel, file, when }: Pick<DetailProps, 'channel'> & { file: string; when: boolean }) {
  const [round, setRound] = useState(0);
  const { value, failure } = useAnswer(() => channel.request('augment', { file, round }), file, { again: round, when });
  return (
    <section aria-label="Augmentation">
      <div class="spread">
        <h2>Augmented</h2>
        {value === null || value.images.length === 0 ? null : (
          <Button look="icon" icon="refresh" label="Draw other changes" onPress={() => setRound(round + 1)} />
        )}
      </div>
      {failure === null ? null : <p class="muted">{failure}</p>}
      {value === null && failure === null ? <p class="muted">Drawing …</p> : null}
      {value === null ? null : (
        <p class="muted">
          {value.images.length === 0
            ? 'The config turns augmentation off: training sees the image as it is.'
            : `As training at ${value.size} px may see it: ${value.description}.`}
        </p>
      )}
      <div class="augmented">
        {value?.images.map((image, at) => (
          <img key={at} src={image} alt={`Change ${at + 1} of ${value.images.length}`} />
        ))}
      </div>
    </section>
  );
}

/** The image as one stage sees it, unblurred, and what it says. */
function Sight({ sight, label }: { sight: StageSight; label: string }) {
  const [first] = sight.top;
  return (
    <figure>
      {sight.seen === null ? null : (
        <img class="pixels" src={sight.seen} alt={`As the network sees it at ${sight.size} pixels`} />
      )}
      <figcaption>
        <strong>{sight.size} px</strong>{' '}
        <span class={first?.className === label ? 'good' : 'bad'}>{first?.className === label ? '✓' : '✗'}</span>
        <ol>
          {sight.top.map(({ className, probability }) => (
            <li key={className}>
              <span class="name">{className}</span>
              <span class="bar">
                <i style={{ width: `${probability * 100}%` }} />
              </span>
              <span class="number">{percent(probability)}</span>
            </li>
          ))}
        </ol>
      </figcaption>
    </figure>
  );
}
