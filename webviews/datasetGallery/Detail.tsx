import { useEffect, useState } from 'preact/hooks';
import type { datasetGalleryBoundary, Decision, StageSight } from '../protocol/datasetGallery.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count, percent } from '../ui/numbers.ts';
import { verdictOf, type ImageTable } from './imageTable.ts';

interface DetailProps {
  channel: ViewChannel<typeof datasetGalleryBoundary>;
  table: ImageTable;
  index: number;
  decision: Decision | undefined;
  /** Other images that show the same or nearly the same. */
  twins: readonly number[];
  onTwins: (indexes: readonly number[]) => void;
  onClose: () => void;
}

/** What a request brought for one file; nothing of the file before it. */
function useFor<T>(file: string, ask: (file: string) => Promise<T>): { value: T | null; failure: string | null } {
  const [found, setFound] = useState<{ file: string; value: T | null; failure: string | null }>({
    file: '',
    value: null,
    failure: null,
  });
  useEffect(() => {
    let ended = false;
    ask(file).then(
      (value) => ended || setFound({ file, value, failure: null }),
      (error: unknown) =>
        ended || setFound({ file, value: null, failure: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      ended = true;
    };
  }, [file]);
  return found.file === file ? found : { value: null, failure: null };
}

/** One image beside the grid: the picture itself, what is known of it, and the resolution lens. */
export function Detail({ channel, table, index, decision, twins, onTwins, onClose }: DetailProps) {
  const file = table.files[index] ?? '';
  const picture = useFor(file, (asked) => channel.request('picture', { file: asked }));
  const lens = useFor(file, (asked) => channel.request('lens', { file: asked }));
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
    </aside>
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
