import type { datasetGalleryBoundary, DatasetGalleryState, ScannedContent } from '../protocol/datasetGallery.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from '../ui/controls.tsx';
import { count } from '../ui/numbers.ts';

interface GalleryHeaderProps {
  state: DatasetGalleryState;
  content: ScannedContent;
  channel: ViewChannel<typeof datasetGalleryBoundary>;
  ask: (request: Promise<unknown>) => void;
  /** Images that take part. */
  taking: number;
  overview: boolean;
  onOverview: () => void;
  onScan: () => void;
}

/** What the gallery is of, how much there is, and where decisions are. */
export function GalleryHeader(props: GalleryHeaderProps) {
  const { state, content, channel, ask, taking, overview, onOverview, onScan } = props;
  const excluded = content.images - taking;
  const openLabels = () => ask(channel.request('openLabels', {}));
  const figures = [
    `${count(taking)} images`,
    `${count(content.classes.length)} classes`,
    excluded > 0 ? `${count(excluded)} excluded` : '',
    content.leftOut > 0 ? `${count(content.leftOut)} left out` : '',
  ];
  return (
    <>
      <header class="spread">
        <h1>{state.title}</h1>
        <div class="row">
          <span class="muted">{figures.filter((figure) => figure !== '').join(' · ')}</span>
          {content.decisions.length === 0 ? null : (
            <Button onPress={openLabels}>
              {count(content.decisions.length)} in {content.labelsFile}
            </Button>
          )}
          <Button icon="graph" label="Show or hide the overview" look="icon" pressed={overview} onPress={onOverview} />
          <Button
            icon="refresh"
            label="Scan the data set again"
            look="icon"
            disabled={!state.trusted}
            onPress={onScan}
          />
        </div>
      </header>
      {content.labelsTrouble === null ? null : (
        <div class="row" role="status">
          <span class="codicon codicon-warning" aria-hidden="true" />
          <span class="trouble">{content.labelsTrouble}</span>
          <Button onPress={openLabels}>Open {content.labelsFile}</Button>
        </div>
      )}
    </>
  );
}
