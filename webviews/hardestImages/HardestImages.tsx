import { useEffect, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { hardestImagesBoundary, HardImage } from '../protocol/hardestImages.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Choices } from '../ui/choices.tsx';
import { Button } from '../ui/controls.tsx';
import { measure, percent } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { HeatPicture } from './HeatPicture.tsx';

const viewSchema = z.object({ look: z.enum(['picture', 'predicted', 'true']) });
export type HardestImagesView = z.output<typeof viewSchema>;
export const defaultHardestImagesView: HardestImagesView = { look: 'predicted' };

/** Reads saved choices; empty where they cannot be read. */
export function readHardestImagesView(saved: unknown): Partial<HardestImagesView> {
  const parsed = viewSchema.safeParse(saved);
  return parsed.success ? parsed.data : {};
}

const looks = [
  { value: 'picture', label: 'picture' },
  { value: 'predicted', label: 'what spoke for the predicted class' },
  { value: 'true', label: 'what spoke for the true class' },
] as const;

type Channel = ViewChannel<typeof hardestImagesBoundary>;
type Explained = z.output<(typeof hardestImagesBoundary.requests)['explain']['result']>;

/** The hardest images of a run, with what the network looked at. */
export function HardestImages({
  state,
  channel,
  view,
  setView,
  tell,
}: PanelProps<typeof hardestImagesBoundary, HardestImagesView>) {
  const ask = (request: Promise<unknown>) =>
    void request.catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
  if (state.message !== null) {
    return (
      <main>
        <div class="empty">
          <h1>{state.title}</h1>
          <p>{state.message}</p>
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
  const [explained, setExplained] = useState<{
    className: string;
    value: Explained | null;
    failure: string | null;
  } | null>(null);
  const className = look === 'true' ? image.trueClass : image.predicted;
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
  useEffect(() => {
    if (!seen) return;
    let ended = false;
    channel.request('explain', { file: image.file, className }).then(
      (value) => ended || setExplained({ className, value, failure: null }),
      (error: unknown) =>
        ended ||
        setExplained({ className, value: null, failure: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      ended = true;
    };
  }, [seen, image.file, className]);
  const right = image.trueClass === image.predicted;
  return (
    <li ref={card}>
      <button type="button" class="open" title={`Open ${image.file}`} onClick={onOpen}>
        {explained?.value ? (
          <HeatPicture
            dataUri={explained.value.dataUri}
            alt={`${image.trueClass}, ${image.file}`}
            heat={explained.value.heat}
            strength={look === 'picture' ? 0 : 0.75}
          />
        ) : (
          <span class="heat muted">{explained?.failure ?? ''}</span>
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
