import type { confusionMatrixBoundary } from '../protocol/confusionMatrix.ts';
import { Button } from '../ui/controls.tsx';
import type { PanelProps } from '../ui/panel.tsx';
import type { ConfusionMatrixView } from './confusionMatrixView.ts';
import { EvaluatedMatrix } from './EvaluatedMatrix.tsx';

type Props = PanelProps<typeof confusionMatrixBoundary, ConfusionMatrixView>;

/** The panel: the matrix, or why there is none yet. */
export function ConfusionMatrix(props: Props) {
  const { title, content } = props.state;
  const { channel, ask } = props;
  if (content.kind === 'evaluated') return <EvaluatedMatrix {...props} content={content} />;
  return (
    <main>
      <div class="empty">
        <h1>{content.kind === 'gone' ? 'This run is gone' : title}</h1>
        <p>{content.message}</p>
        {content.kind === 'gone' ? (
          <Button look="primary" onPress={() => ask(channel.request('restoreRun', {}))}>
            Restore Deleted Run
          </Button>
        ) : (
          <Button look="primary" onPress={() => ask(channel.request('openDashboard', {}))}>
            Open Dashboard
          </Button>
        )}
      </div>
    </main>
  );
}
