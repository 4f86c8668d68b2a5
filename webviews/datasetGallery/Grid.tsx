import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Decision, ScannedContent } from '../protocol/datasetGallery.ts';
import { verdictOf, type ImageTable } from './imageTable.ts';
import { keyTarget, select, rangeOf, type Selection } from './selection.ts';
import { Thumbnail } from './Thumbnail.tsx';

const tile = 84;
const gap = 4;
const pitch = tile + gap;
/** Rows drawn beyond what is seen, so that scrolling meets no empty ones. */
const spareRows = 4;

interface GridProps {
  table: ImageTable;
  shown: readonly number[];
  atlas: ScannedContent['atlas'];
  decisions: ReadonlyMap<string, Decision>;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onOpen: () => void;
  onExclude: () => void;
  onUndo: () => void;
  /** What an image is, in words. */
  words: (index: number) => string;
}

/** All images, however many: only the rows that are seen are in the page. */
export function Grid(props: GridProps) {
  const { table, shown, atlas, decisions, selection, onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [size, setSize] = useState({ width: 800, height: 600 });
  const drag = useRef<number | null>(null);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const columns = Math.max(1, Math.floor((size.width + gap) / pitch));
  const rows = Math.ceil(shown.length / columns);
  const firstRow = Math.max(0, Math.floor(top / pitch) - spareRows);
  const lastRow = Math.min(rows, Math.ceil((top + size.height) / pitch) + spareRows);

  useEffect(() => {
    const element = frame.current;
    if (!element || shown.length === 0) return;
    const row = Math.floor(selection.focus / columns) * pitch;
    if (row < element.scrollTop) element.scrollTop = row;
    else if (row + pitch > element.scrollTop + element.clientHeight)
      element.scrollTop = row + pitch - element.clientHeight;
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
    const decision = decisions.get(table.files[index] ?? '');
    const verdict = decision?.excluded === true ? 'excluded' : (verdictOf(table, index) ?? '');
    tiles.push(
      <div
        key={position}
        id={`tile-${position}`}
        role="option"
        aria-selected={selection.chosen.has(position)}
        aria-setsize={shown.length}
        aria-posinset={position + 1}
        aria-label={props.words(index)}
        title={props.words(index)}
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
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
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
