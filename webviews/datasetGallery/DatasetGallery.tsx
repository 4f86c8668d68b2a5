import { useEffect, useMemo, useState } from 'preact/hooks';
import type { datasetGalleryBoundary, ScannedContent } from '../protocol/datasetGallery.ts';
import { unpackNumbers } from '../protocol/packedNumbers.ts';
import { saver } from '../charts/save.ts';
import { Button } from '../ui/controls.tsx';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme } from '../ui/theme.ts';
import { Detail } from './Detail.tsx';
import { Filters } from './Filters.tsx';
import { GalleryHeader } from './GalleryHeader.tsx';
import type { GalleryView } from './galleryView.ts';
import { Grid } from './Grid.tsx';
import { byRank, decidedTable, filteredImages, imageTable, noFilter, type GalleryFilter } from './imageTable.ts';
import { imageWords } from './imageWords.ts';
import { Narrowings } from './Narrowings.tsx';
import { Order } from './Order.tsx';
import { Overview } from './Overview.tsx';
import { PickedBar } from './PickedBar.tsx';
import { useSelection } from './useSelection.ts';

/** Many images on a slow disk. */
const scanTimeoutMs = 30 * 60_000;
/** A hundred thousand images through a model on one thread; it says how far it is, and can be cancelled. */
const nearestTimeoutMs = 12 * 60 * 60_000;

type Props = PanelProps<typeof datasetGalleryBoundary, GalleryView>;

/** The gallery, or what to do so that there is one. */
export function DatasetGallery(props: Props) {
  const { content, title, trusted } = props.state;
  const { channel, ask } = props;
  if (content.kind === 'scanned') return <Scanned {...props} content={content} />;
  return (
    <main>
      <div class="empty">
        <h1>{title}</h1>
        <p>{content.message}</p>
        {content.next === 'createConfig' ? (
          <Button look="primary" onPress={() => ask(channel.request('createConfig', {}))}>
            Create Config
          </Button>
        ) : (
          <Button look="primary" disabled={!trusted} onPress={() => ask(channel.request('scan', {}, scanTimeoutMs))}>
            Scan Dataset
          </Button>
        )}
      </div>
    </main>
  );
}

function Scanned({ state, content, channel, view, setView, ask }: Props & { content: ScannedContent }) {
  const theme = useTheme();
  const scanned = useMemo(() => imageTable(content), [content.columns, content.files]);
  const table = useMemo(() => decidedTable(scanned, content.decisions), [scanned, content.decisions]);
  const only = useMemo(() => state.choice && new Set(state.choice.files), [state.choice]);
  const found = useMemo(() => (only ? table.files.filter((file) => only.has(file)).length : 0), [scanned, only]);
  // Another panel asked for other images: they are shown, all of them, whatever was looked at before.
  const unseen = state.choice !== null && state.choice.id !== view.choiceSeen;
  const filter = unseen ? noFilter : view.filter;
  const alike = useMemo(
    () => (unseen || view.alikeTo === null ? null : alikeTo(content.groups, table.files.indexOf(view.alikeTo))),
    [content.groups, scanned, view.alikeTo, unseen],
  );
  // Of another scan it would name other images.
  const nearest = state.nearest?.scanned === content.created ? state.nearest : null;
  const shown = useMemo(() => {
    const images = alike ?? filteredImages(table, filter, only);
    return nearest ? byRank(images, unpackNumbers({ bytesEach: 4, base64: nearest.order })) : images;
  }, [table, filter, only, alike, nearest]);
  const { selection, select, clear } = useSelection(shown, content.created, view, setView);
  /** Changes where another list begins, at its top. */
  const [list, setList] = useState(0);
  const restart = () => {
    clear();
    setList((before) => before + 1);
  };
  useEffect(() => {
    if (!unseen) return;
    setView({ choiceSeen: state.choice?.id ?? null, filter: noFilter, alikeTo: null });
    restart();
  }, [unseen, state.choice]);

  const chosen = [...selection.chosen].flatMap((position) => shown[position] ?? []);
  const focused = shown[selection.focus];
  const narrow = (change: Partial<GalleryFilter>) => {
    restart();
    setView({ filter: { ...view.filter, ...change }, alikeTo: null });
  };
  const fileOf = (index: number) => table.files[index] ?? '';
  const decide = (change: { label?: string | null; excluded?: boolean }) => {
    if (chosen.length > 0 && state.trusted) ask(channel.request('decide', { files: chosen.map(fileOf), ...change }));
  };
  const allExcluded = chosen.every((index) => table.decisionOf(index)?.excluded === true);
  const exclude = () => decide({ excluded: !allExcluded });
  const undo = () => ask(channel.request('undo', {}));
  const scan = () => ask(channel.request('scan', {}, scanTimeoutMs));
  const findNearest = (file: string) => ask(channel.request('nearest', { file }, nearestTimeoutMs).then(restart));

  return (
    <main class="gallery">
      <GalleryHeader
        {...{ state, content, channel, ask, overview: view.overview, taking: table.taking }}
        onOverview={() => setView({ overview: !view.overview })}
        onScan={scan}
      />
      {view.overview && content.images > 0 ? (
        <Overview
          content={content}
          table={table}
          theme={theme}
          save={saver(channel, ask)}
          onClass={(className) => narrow({ ...noFilter, className })}
          onSmaller={(size) => narrow({ ...noFilter, side: { from: 0, under: size }, sort: 'smallest' })}
        />
      ) : null}
      <Narrowings
        {...{ state, channel, ask, found, nearest, alike: alike?.length ?? null }}
        onAllAlike={() => {
          setView({ alikeTo: null });
          restart();
        }}
      />
      <Filters content={content} classes={table.classes} filter={filter} onFilter={narrow} />
      {filter.sort === 'suspicious' ? (
        <p class="muted">
          Where {content.run?.label} contradicts the label most surely. Only its validation images can be judged.
        </p>
      ) : null}
      <PickedBar
        shown={shown.length}
        chosen={chosen.length}
        classes={table.classes}
        run={content.run}
        editable={state.trusted && content.labelsTrouble === null}
        allExcluded={allExcluded}
        someRelabelled={chosen.some((index) => table.decisionOf(index)?.label != null)}
        undoable={state.undoable}
        onRelabel={(label) => decide({ label })}
        onExclude={exclude}
        onUndo={undo}
      >
        <Order sort={filter.sort} judged={content.run !== null} onSort={(sort) => narrow({ sort })} />
      </PickedBar>
      <div class={`beside ${view.detail && focused !== undefined ? 'with-detail' : ''}`}>
        {shown.length === 0 ? (
          <p class="muted">No image fits. Show all, or search for something else.</p>
        ) : (
          <Grid
            key={list}
            table={table}
            shown={shown}
            atlas={content.atlas}
            selection={selection}
            startTop={list === 0 ? view.top : 0}
            onTop={(top) => setView({ top })}
            onSelect={select}
            onOpen={() => setView({ detail: true })}
            onExclude={exclude}
            onUndo={undo}
          />
        )}
        {view.detail && focused !== undefined ? (
          <Detail
            channel={channel}
            ask={ask}
            table={table}
            index={focused}
            twins={alikeTo(content.groups, focused).filter((index) => index !== focused)}
            onTwins={() => {
              setView({ alikeTo: fileOf(focused) });
              restart();
            }}
            onNearest={content.run === null || state.nearing !== null ? null : () => findNearest(fileOf(focused))}
            onClose={() => setView({ detail: false })}
          />
        ) : null}
      </div>
      <p class="muted under" aria-live="polite">
        {focused === undefined ? '' : imageWords(table, focused)}
      </p>
    </main>
  );
}

/** An image, and those that show the same or nearly the same. */
function alikeTo(groups: ScannedContent['groups'], index: number): number[] {
  return [...new Set([index, ...groups.filter((group) => group.includes(index)).flat()])];
}
