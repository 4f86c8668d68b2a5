import { useState } from 'preact/hooks';
import type { datasetGalleryBoundary, Decision, StageSight } from '../protocol/datasetGallery.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count, percent } from '../ui/numbers.ts';
import { useAnswer } from '../ui/useAnswer.ts';
import { verdictOf, type ImageTable } from './imageTable.ts';

interface DetailProps {
  channel: ViewChannel<typeof datasetGalleryBoundary>;
  table: ImageTable;
  index: number;
  decision: Decision | undefined;
  /** Other images that show the same or nearly the same. */
  twins: readonly number[];
  onTwins: (indexes: readonly number[]) => void;
  /** Orders the images by how near they are to this one; null where no model can say it. */
  onNearest: (() => void) | null;
  onClose: () => void;
}

/** One image beside the grid: the picture itself, what is known of it, and the resolution lens. */
export function Detail({ channel, table, index, decision, twins, onTwins, onNearest, onClose }: DetailProps) {
  const file = table.files[index] ?? '';
  const picture = useAnswer(() => channel.request('picture', { file }), file);
  const lens = useAnswer(() => channel.request('lens', { file }), file);
  const label = table.classes[table.column('label')[index] ?? -1] ?? '';
  const verdict = verdictOf(table, index);
  const predicted = table.classes[table.column('predicted')[index] ?? -1];
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
        {label}
        {decision?.label != null ? ` → ${decision.label}` : ''}
        {decision?.excluded === true ? ' · excluded' : ''} · {count(table.column('width')[index] ?? 0)} ×{' '}
        {count(table.column('height')[index] ?? 0)} px ·{' '}
        {['train', 'validation', 'test'][table.column('split')[index] ?? 0]}
      </p>
      {verdict === null ? null : (
        <p class={verdict === 'right' ? 'good' : 'bad'}>
          {verdict === 'right' ? '✓' : '✗'} {predicted} {percent((table.column('confidence')[index] ?? 0) / 1000)}
        </p>
      )}
      <div class="row">
        <Button onPress={() => void channel.request('openImage', { file }).catch(() => undefined)}>Open File</Button>
        {twins.length > 0 ? (
          <Button onPress={() => onTwins([index, ...twins])}>Show {count(twins.length + 1)} Alike</Button>
        ) : null}
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
          <Sight key={sight.size} sight={sight} label={decision?.label ?? label} />
        ))}
      </div>
      <Augmentation channel={channel} file={file} />
    </aside>
  );
}

/** What training makes of the image, drawn anew at a press. */
function Augmentation({ channel, file }: Pick<DetailProps, 'channel'> & { file: string }) {
  const [round, setRound] = useState(0);
  const { value, failure } = useAnswer(() => channel.request('augment', { file, round }), file, { again: round });
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
