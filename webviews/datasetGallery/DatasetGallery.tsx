import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { datasetGalleryBoundary, Decision, ScannedContent } from '../protocol/datasetGallery.ts';
import { saver } from '../charts/save.ts';
import { Button, Dropdown } from '../ui/controls.tsx';
import { count, percent } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme } from '../ui/theme.ts';
import { Detail } from './Detail.tsx';
import { Filters } from './Filters.tsx';
import { Grid } from './Grid.tsx';
import {
  byRank,
  filteredImages,
  imageTable,
  indexesOf,
  noFilter,
  verdictOf,
  type GalleryFilter,
} from './imageTable.ts';
import { Overview } from './Overview.tsx';
import { nothingSelected, type Selection } from './selection.ts';

/** Many images on a slow disk. */
const scanTimeoutMs = 30 * 60_000;
/** A hundred thousand images through a model on one thread; it says how far it is, and can be cancelled. */
const nearestTimeoutMs = 12 * 60 * 60_000;

/** All images by how near they are to one. */
interface Near {
  file: string;
  /** Indexes, nearest first. */
  order: Int32Array;
  /** The scan that the indexes are of. */
  scanned: number;
  run: string;
}

/** What a reader chose. */
export const galleryViewSchema = z.object({
  overview: z.boolean(),
  filter: z.object({
    className: z.string().nullable(),
    split: z.enum(['train', 'validation', 'test']).nullable(),
    problem: z
      .enum(['duplicate', 'nearDuplicate', 'placeholder', 'grey', 'excluded', 'relabelled', 'tooSmall'])
      .nullable(),
    verdict: z.enum(['right', 'wrong']).nullable(),
    predicted: z.string().nullable(),
    search: z.string(),
    sort: z.enum(['name', 'class', 'smallest', 'largest', 'suspicious', 'confidence']),
  }),
});
export type GalleryView = z.output<typeof galleryViewSchema>;
export const defaultGalleryView: GalleryView = { overview: true, filter: noFilter };

type Props = PanelProps<typeof datasetGalleryBoundary, GalleryView>;

/** The gallery, or what to do so that there is one. */
export function DatasetGallery(props: Props) {
  const { content, title, trusted } = props.state;
  if (content.kind === 'scanned') return <Scanned {...props} content={content} />;
  const scan = () => props.ask(props.channel.request('scan', {}, scanTimeoutMs));
  return (
    <main>
      <div class="empty">
        <h1>{title}</h1>
        <p>{content.message}</p>
        <Button look="primary" disabled={!trusted} onPress={scan}>
          Scan Dataset
        </Button>
      </div>
    </main>
  );
}

function Scanned({ state, content, channel, view, setView, ask }: Props & { content: ScannedContent }) {
  const theme = useTheme();
  const table = useMemo(() => imageTable(content), [content.columns, content.files]);
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const [detailOpen, setDetailOpen] = useState(false);
  const [alike, setAlike] = useState<readonly number[] | null>(null);
  const undoable = useRef<Decision[][]>([]);
  const decisions = useMemo(
    () => new Map(content.decisions.map((decision) => [decision.file, decision])),
    [content.decisions],
  );
  const only = useMemo(() => state.choice && new Set(state.choice.files), [state.choice]);
  const [choiceShown, setChoiceShown] = useState(true);
  useEffect(() => {
    // Another panel asked for other images: they are shown, whatever was looked at before.
    setChoiceShown(true);
    if (state.choice !== null) setAlike(null);
    setSelection(nothingSelected);
  }, [state.choice]);
  const narrowed = only !== null && choiceShown ? only : null;
  const [near, setNear] = useState<Near | null>(null);
  // Of another scan it would name other images.
  const nearest = near?.scanned === content.created ? near : null;
  const shown = useMemo(() => {
    const images = alike ?? filteredImages(table, view.filter, decisions, narrowed, content.sizes.at(-1) ?? 0);
    return nearest ? byRank(images, nearest.order) : images;
  }, [table, view.filter, decisions, narrowed, alike, nearest]);
  const chosen = [...selection.chosen].flatMap((position) => shown[position] ?? []);
  const focused = shown[selection.focus];

  const restart = () => setSelection(nothingSelected);
  const filter = (change: Partial<GalleryFilter>) => {
    setAlike(null);
    restart();
    setView({ filter: { ...view.filter, ...change } });
  };
  const findNearest = (file: string) => {
    const found = channel.request('nearest', { file }, nearestTimeoutMs).then((answer) => {
      if (!answer) return;
      setNear({ file, ...answer, order: indexesOf(answer.order) });
      restart();
    });
    ask(found);
  };
  const decide = (changes: Decision[]) => {
    if (changes.length === 0 || !state.trusted) return;
    undoable.current.push(changes.map(({ file }) => decisions.get(file) ?? { file, label: null, excluded: false }));
    ask(channel.request('decide', { decisions: changes }));
  };
  const decideOf = (index: number, change: Partial<Decision>): Decision => {
    const file = table.files[index] ?? '';
    return { ...(decisions.get(file) ?? { file, label: null, excluded: false }), ...change };
  };
  const exclude = () => {
    const all = chosen.every((index) => decisions.get(table.files[index] ?? '')?.excluded === true);
    decide(chosen.map((index) => decideOf(index, { excluded: !all })));
  };
  const relabel = (label: string) => {
    decide(
      chosen.map((index) =>
        decideOf(index, { label: label === (table.classes[table.column('label')[index] ?? -1] ?? '') ? null : label }),
      ),
    );
  };
  const undo = () => {
    const last = undoable.current.pop();
    if (last) ask(channel.request('decide', { decisions: last }));
  };
  const words = (index: number): string => {
    const file = table.files[index] ?? '';
    const decision = decisions.get(file);
    const verdict = verdictOf(table, index);
    const predicted = table.classes[table.column('predicted')[index] ?? -1] ?? '';
    const parts = [
      file,
      decision?.label != null
        ? `relabelled ${decision.label}`
        : (table.classes[table.column('label')[index] ?? -1] ?? ''),
      verdict === null
        ? ''
        : `${verdict === 'right' ? '✓' : '✗'} ${predicted} ${percent((table.column('confidence')[index] ?? 0) / 1000)}`,
      decision?.excluded === true ? 'excluded' : '',
    ];
    return parts.filter((part) => part !== '').join(', ');
  };
  const twins =
    focused === undefined
      ? []
      : content.groups
          .filter((group) => group.includes(focused))
          .flat()
          .filter((index) => index !== focused);
  const decided = content.decisions.length;

  return (
    <main class="gallery">
      <header class="spread">
        <h1>{state.title}</h1>
        <div class="row">
          <span class="muted">
            {count(content.images)} images · {count(content.classes.length)} classes
            {content.leftOut > 0 ? ` · ${count(content.leftOut)} left out` : ''}
          </span>
          {decided === 0 ? null : (
            <Button onPress={() => ask(channel.request('openLabels', {}))}>
              {count(decided)} in {content.labelsFile}
            </Button>
          )}
          <Button
            icon="graph"
            label="Show or hide the overview"
            look="icon"
            pressed={view.overview}
            onPress={() => setView({ overview: !view.overview })}
          />
          <Button
            icon="refresh"
            label="Scan the data set again"
            look="icon"
            disabled={!state.trusted}
            onPress={() => ask(channel.request('scan', {}, scanTimeoutMs))}
          />
        </div>
      </header>
      {view.overview && content.images > 0 ? (
        <Overview
          content={content}
          table={table}
          theme={theme}
          save={saver(channel, ask)}
          onClass={(className) => filter({ ...noFilter, className })}
          onTooSmall={() => filter({ ...noFilter, problem: 'tooSmall', sort: 'smallest' })}
        />
      ) : null}
      {state.choice === null || !choiceShown ? null : (
        <div class="row chosen-elsewhere">
          <span class="name">
            {count(shown.length)} {shown.length === 1 ? 'image' : 'images'}: {state.choice.title}
          </span>
          <Button onPress={() => setChoiceShown(false)}>Show All Images</Button>
        </div>
      )}
      {alike === null ? null : (
        <div class="row">
          <span>{count(alike.length)} images that show the same</span>
          <Button
            onPress={() => {
              setAlike(null);
              restart();
            }}
          >
            Show All Images
          </Button>
        </div>
      )}
      {state.nearing === null ? null : (
        <div class="row nearing" role="status">
          <span>
            {state.nearing.total === 0
              ? 'Asking the newest model …'
              : `Looking at ${count(state.nearing.done)} of ${count(state.nearing.total)} images, once for this model …`}
          </span>
          <progress
            aria-label="Search for near images"
            {...(state.nearing.total === 0 ? {} : { value: state.nearing.done, max: state.nearing.total })}
          />
          <Button onPress={() => ask(channel.request('cancelNearest', {}))}>Cancel</Button>
        </div>
      )}
      {nearest === null ? null : (
        <div class="row">
          <span class="name">
            Nearest to {nearest.file} first, as {nearest.run} sees it
          </span>
          <Button
            onPress={() => {
              setNear(null);
              restart();
            }}
          >
            Back to the Order
          </Button>
        </div>
      )}
      <Filters content={content} filter={view.filter} onFilter={filter} />
      {view.filter.sort === 'suspicious' ? (
        <p class="muted">
          Where {content.run?.label} contradicts the label most surely. Only its validation images can be judged.
        </p>
      ) : null}
      <div class="row picked" role="toolbar" aria-label="Selected images">
        <span class="muted">
          {count(shown.length)} shown{chosen.length > 0 ? `, ${count(chosen.length)} selected` : ''}
        </span>
        {chosen.length === 0 || !state.trusted ? null : (
          <>
            <Dropdown
              label="Relabel the selected images as"
              value=""
              options={[
                { value: '', label: 'Relabel …' },
                ...content.classes.map((name) => ({ value: name, label: name })),
              ]}
              onChange={(label) => {
                if (label !== '') relabel(label);
              }}
            />
            <Button onPress={exclude}>
              {chosen.every((index) => decisions.get(table.files[index] ?? '')?.excluded === true)
                ? 'Take Back In'
                : 'Exclude'}
            </Button>
          </>
        )}
        {undoable.current.length === 0 ? null : <Button onPress={undo}>Undo</Button>}
        <span class="grow" />
        {content.run === null ? null : (
          <span class="muted legend-edges">
            <i class="edge right" /> right <i class="edge wrong" /> wrong <i class="edge excluded" /> excluded ·{' '}
            {content.run.label}, validation only
          </span>
        )}
      </div>
      <div class={`beside ${detailOpen && focused !== undefined ? 'with-detail' : ''}`}>
        {shown.length === 0 ? (
          <p class="muted">No image fits. Show all, or search for something else.</p>
        ) : (
          <Grid
            table={table}
            shown={shown}
            atlas={content.atlas}
            decisions={decisions}
            selection={selection}
            onSelect={setSelection}
            onOpen={() => setDetailOpen(true)}
            onExclude={exclude}
            onUndo={undo}
            words={words}
          />
        )}
        {detailOpen && focused !== undefined ? (
          <Detail
            channel={channel}
            table={table}
            index={focused}
            decision={decisions.get(table.files[focused] ?? '')}
            twins={twins}
            onTwins={(indexes) => {
              setAlike(indexes);
              restart();
            }}
            onNearest={
              content.run === null || state.nearing !== null ? null : () => findNearest(table.files[focused] ?? '')
            }
            onClose={() => setDetailOpen(false)}
          />
        ) : null}
      </div>
      <p class="muted under" aria-live="polite">
        {focused === undefined ? '' : words(focused)}
      </p>
    </main>
  );
}
