import type { datasetGalleryBoundary, DatasetGalleryState, Nearest } from '../protocol/datasetGallery.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count } from '../ui/numbers.ts';

interface NarrowingsProps {
  state: DatasetGalleryState;
  channel: ViewChannel<typeof datasetGalleryBoundary>;
  ask: (request: Promise<unknown>) => void;
  /** How many images of the choice of another panel the scan has. */
  found: number;
  /** How many images show the same as the one that was asked about; null where none was. */
  alike: number | null;
  nearest: Nearest | null;
  onAllAlike: () => void;
}

/** What is shown instead of all images, and in which order, each with the way back. */
export function Narrowings({ state, channel, ask, found, alike, nearest, onAllAlike }: NarrowingsProps) {
  const { choice, nearing } = state;
  return (
    <>
      {choice === null ? null : (
        <div class="row">
          <span class="name" title={choice.title}>
            {found < choice.files.length
              ? `${count(found)} of ${imagesOf(choice.files.length)}`
              : imagesOf(choice.files.length)}
            : {choice.title}
          </span>
          {found < choice.files.length ? <span class="muted">The newest scan has no others.</span> : null}
          <Button onPress={() => ask(channel.request('showAll', {}))}>Show All Images</Button>
        </div>
      )}
      {alike === null ? null : (
        <div class="row">
          <span>{count(alike)} images that show the same</span>
          <Button onPress={onAllAlike}>Show All Images</Button>
        </div>
      )}
      {nearing === null ? null : (
        <div class="row nearing" role="status">
          <span>
            {nearing.total === 0
              ? 'Asking the newest model …'
              : `Looking at ${count(nearing.done)} of ${imagesOf(nearing.total)}, once for this model …`}
          </span>
          <progress
            aria-label="Search for near images"
            {...(nearing.total === 0 ? {} : { value: nearing.done, max: nearing.total })}
          />
          <Button onPress={() => ask(channel.request('cancelNearest', {}))}>Cancel</Button>
        </div>
      )}
      {nearest === null ? null : (
        <div class="row">
          <span class="name" title={nearest.file}>
            Nearest to {nearest.file} first, as {nearest.run} sees it
          </span>
          <Button onPress={() => ask(channel.request('forgetNearest', {}))}>Back to the Order</Button>
        </div>
      )}
    </>
  );
}

function imagesOf(images: number): string {
  return `${count(images)} ${images === 1 ? 'image' : 'images'}`;
}
