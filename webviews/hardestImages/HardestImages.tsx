import { useEffect, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { hardestImagesBoundary, HardImage } from '../protocol/hardestImages.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Choices } from '../ui/choices.tsx';
import { Button } from '../ui/controls.tsx';
import { measure, percent } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { useAnswer } from '../ui/useAnswer.ts';
import { HeatPicture } from './HeatPicture.tsx';

/** What a reader chose. */
export const hardestImagesViewSchema = z.object({ look: z.enum(['picture', 'predicted', 'true']) });
export type HardestImagesView = z.output<typeof hardestImagesViewSchema>;
export const defaultHardestImagesView: HardestImagesView = { look: 'predicted' };

const looks = [
  { value: 'picture', label: 'picture' },
  { value: 'predicted', label: 'what spoke for the predicted class' },
  { value: 'true', label: 'what spoke for the true class' },
] as const;

type Channel = ViewChannel<typeof hardestImagesBoundary>;

/** The hardest images of a run, with what the network looked at. */
export function HardestImages({
  state,
  channel,
  view,
  setView,
  ask,
}: PanelProps<typeof hardestImagesBoundary, HardestImagesView>) {
  if (state.message !== null) {
    return (
      <main>
        <div class="empty">
          <h1>{state.title}</h1>
          <p>{state.message}</p>
          <Button look="primary" onPress={() => ask(channel.request('openNext', {}))}>
            {state.next === 'trash' ? 'Restore Deleted Run' : 'Open Dashboard'}
          </Button>
        </div>
      </main>
    );
  }
  return (
    <main>
      <header class="spread">
        <h1>{state.title}</h1>
        <Button onPress={() => ask(channel.request('openImages', {}))}>Show in Gallery</Button>
      </header>
      <div class="spread">
        <Choices label="What is shown" value={view.look} options={looks} onChange={(look) => setView({ look })} />
        <span class="muted">greatest loss first, validation images</span>
      </div>
      <ul class="hard">
        {state.images.map((image) => (
          <HardCard
            key={image.file}
            image={image}
            channel={channel}
            look={view.look}
            onOpen={() => ask(channel.request('openImage', { file: image.file }))}
          />
        ))}
      </ul>
    </main>
  );
}

/** One image; asked for only when it comes into view. */
function HardCard({
  image,
  channel,
  look,
  onOpen,
}: {
  image: HardImage;
  channel: Channel;
  look: HardestImagesView['look'];
  onOpen: () => void;
}) {
  const card = useRef<HTMLLIElement>(null);
  const [seen, setSeen] = useState(false);
  const className = look === 'true' ? image.trueClass : image.predicted;
  const explained = useAnswer(() => channel.request('explain', { file: image.file, className }), image.file, {
    again: className,
    when: seen,
  });
  useEffect(() => {
    const element = card.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: '200px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const right = image.trueClass === image.predicted;
  return (
    <li ref={card}>
      <button type="button" class="open" title={`Open ${image.file}`} onClick={onOpen}>
        {explained.value ? (
          <HeatPicture
            dataUri={explained.value.dataUri}
            alt={`${image.trueClass}, ${image.file}`}
            heat={explained.value.heat}
            strength={look === 'picture' ? 0 : 0.75}
          />
        ) : (
          <span class="heat muted">{explained.failure ?? <span class="waiting">Asking the model …</span>}</span>
        )}
      </button>
      <span class="name" title={image.file}>
        {image.file}
      </span>
      <span>
        <span class={right ? 'good' : 'bad'}>{right ? '✓' : '✗'}</span> {image.predicted} {percent(image.confidence)}
      </span>
      <span class="muted">
        true {image.trueClass} · loss {measure(image.loss)}
      </span>
    </li>
  );
}
