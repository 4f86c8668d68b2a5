import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ScannedContent } from '../protocol/datasetGallery.ts';
import { verdictOf, type ImageTable } from './imageTable.ts';
import { imageWords } from './imageWords.ts';
import { keyTarget, select, rangeOf, type Selection } from './selection.ts';
import { Thumbnail } from './Thumbnail.tsx';

const tile = 84;
const gap = 4;
const pitch = tile + gap;
/** Rows drawn beyond what is seen, so that scrolling meets no empty ones. */
const spareRows = 4;
const restMs = 200;

interface GridProps {
  table: ImageTable;
  shown: readonly number[];
  atlas: ScannedContent['atlas'];
  selection: Selection;
  /** How far it is scrolled at first, in pixels. */
  startTop: number;
  /** Told when scrolling rests. */
  onTop: (top: number) => void;
  onSelect: (selection: Selection) => void;
  onOpen: () => void;
  onExclude: () => void;
  onUndo: () => void;
}

/** All images, however many: only the rows that are seen are in the page. */
export function Grid(props: GridProps) {
  const { table, shown, atlas, selection, startTop, onTop, onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(startTop);
  const [size, setSize] = useState({ width: 800, height: 600 });
  const drag = useRef<number | null>(null);
  const rest = useRef(0);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    element.scrollTop = startTop;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
      clearTimeout(rest.current);
    };
  }, []);

  const columns = Math.max(1, Math.floor((size.width + gap) / pitch));
  const rows = Math.ceil(shown.length / columns);
  const firstRow = Math.max(0, Math.floor(top / pitch) - spareRows);
  const lastRow = Math.min(rows, Math.ceil((top + size.height) / pitch) + spareRows);

  // The focus is kept in view when it moves and when the columns change, but not when the reader scrolled away from it.
  const before = useRef({ focus: selection.focus, columns });
  useLayoutEffect(() => {
    const element = frame.current;
    const { focus: oldFocus, columns: oldColumns } = before.current;
    before.current = { focus: selection.focus, columns };
    if (!element || (oldFocus === selection.focus && oldColumns === columns)) return;
    const seen = (row: number) => row >= element.scrollTop && row + pitch <= element.scrollTop + element.clientHeight;
    if (oldFocus === selection.focus && !seen(Math.floor(oldFocus / oldColumns) * pitch)) return;
    const row = Math.floor(selection.focus / columns) * pitch;
    if (seen(row)) return;
    element.scrollTop = row < element.scrollTop ? row : row + pitch - element.clientHeight;
  }, [selection.focus, columns]);
  useEffect(() => {
    const up = () => (drag.current = null);
    window.addEventListener('pointerup', up);
    return () => window.removeEventListener('pointerup', up);
  }, []);

  const positionAt = (event: PointerEvent): number | null => {
    const element = frame.current;
    if (!element) return null;
    const box = element.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / pitch);
    const position = Math.floor((event.clientY - box.top + element.scrollTop) / pitch) * columns + column;
    return column < 0 || column >= columns || position >= shown.length || position < 0 ? null : position;
  };
  const keys = (event: KeyboardEvent) => {
    const toggle = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(size.height / pitch) - 1);
    const to = keyTarget(event.key, selection.focus, shown.length, columns, page);
    if (to !== null)
      onSelect(
        select(selection, {
          kind: 'move',
          to,
          range: event.shiftKey,
          toggle: toggle && event.key !== 'Home' && event.key !== 'End',
        }),
      );
    else if (event.key === 'a' && toggle) onSelect({ ...selection, chosen: rangeOf(0, shown.length - 1) });
    else if (event.key === ' ')
      onSelect(select(selection, { kind: 'click', to: selection.focus, range: false, toggle: true }));
    else if (event.key === 'Enter') props.onOpen();
    else if (event.key === 'Delete' || event.key === 'Backspace') props.onExclude();
    else if (event.key === 'z' && toggle) props.onUndo();
    else if (event.key === 'Escape') onSelect({ ...selection, chosen: new Set() });
    else return;
    event.preventDefault();
  };

  const tiles = [];
  for (let position = firstRow * columns; position < Math.min(shown.length, lastRow * columns); position++) {
    const index = shown[position] ?? 0;
    const verdict = table.decisionOf(index)?.excluded === true ? 'excluded' : (verdictOf(table, index) ?? '');
    const words = imageWords(table, index);
    tiles.push(
      <div
        key={position}
        id={`tile-${position}`}
        role="option"
        aria-selected={selection.chosen.has(position)}
        aria-setsize={shown.length}
        aria-posinset={position + 1}
        aria-label={words}
        title={words}
        class={`tile ${verdict}${position === selection.focus ? ' focus' : ''}`}
        style={{ left: `${(position % columns) * pitch}px`, top: `${Math.floor(position / columns) * pitch}px` }}
      >
        <Thumbnail table={table} index={index} atlas={atlas} side={tile - 8} />
      </div>,
    );
  }
  return (
    <div
      ref={frame}
      class="grid"
      role="listbox"
      aria-multiselectable
      aria-label="Images"
      tabIndex={0}
      aria-activedescendant={shown.length > 0 ? `tile-${selection.focus}` : undefined}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        setTop(scrollTop);
        clearTimeout(rest.current);
        rest.current = window.setTimeout(() => onTop(scrollTop), restMs);
      }}
      onKeyDown={keys}
      onPointerDown={(event) => {
        const to = positionAt(event);
        if (to === null || event.button !== 0) return;
        drag.current = to;
        onSelect(
          select(selection, { kind: 'click', to, range: event.shiftKey, toggle: event.ctrlKey || event.metaKey }),
        );
      }}
      onPointerMove={(event) => {
        const to = drag.current === null ? null : positionAt(event);
        if (to === null || drag.current === null || to === selection.focus) return;
        onSelect({ chosen: rangeOf(drag.current, to), focus: to, anchor: drag.current });
      }}
      onDblClick={() => props.onOpen()}
    >
      <div style={{ height: `${rows * pitch}px` }} role="presentation">
        {tiles}
      </div>
    </div>
  );
}
