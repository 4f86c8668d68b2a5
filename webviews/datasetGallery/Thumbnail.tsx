import type { ScannedContent } from '../protocol/datasetGallery.ts';
import type { ImageTable } from './imageTable.ts';

interface ThumbnailProps {
  table: ImageTable;
  index: number;
  atlas: ScannedContent['atlas'];
  /** Longer side in pixels. */
  side: number;
}

/** The whole picture out of its sheet, in the middle of a square. */
export function Thumbnail({ table, index, atlas, side }: ThumbnailProps) {
  const sheet = table.column('sheet')[index] ?? -1;
  const address = atlas.sheets[sheet];
  if (address === undefined) return <span class="codicon codicon-file-media no-picture" aria-hidden="true" />;
  const cell = table.column('cell')[index] ?? 0;
  const [width, height] = [table.column('cellWidth')[index] ?? 1, table.column('cellHeight')[index] ?? 1];
  const scale = side / Math.max(width, height, 1);
  const left = (cell % atlas.columns) * atlas.cell * scale;
  const top = Math.floor(cell / atlas.columns) * atlas.cell * scale;
  return (
    <span
      class="picture"
      aria-hidden="true"
      style={{
        width: `${Math.round(width * scale)}px`,
        height: `${Math.round(height * scale)}px`,
        backgroundImage: `url(${JSON.stringify(address)})`,
        backgroundPosition: `${-left}px ${-top}px`,
        backgroundSize: `${atlas.columns * atlas.cell * scale}px auto`,
      }}
    />
  );
}
