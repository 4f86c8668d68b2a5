import './base.css';
import { render, type ComponentChildren } from 'preact';
import type * as z from 'zod';
import type { Boundary, ChangeOf, SnapshotOf } from '../protocol/boundary.ts';
import { ViewChannel } from '../protocol/viewChannel.ts';
import { Button } from './controls.tsx';
import { messageOf } from './messageOf.ts';
import { TablesContext, tablesSchema } from './tables.ts';
import { registerTags } from './toolkitTags.ts';

interface VsCodeApi {
  postMessage: (message: unknown) => void;
  getState: () => unknown;
  setState: (state: unknown) => void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What a view gets to work with. */
export interface PanelProps<B extends Boundary, V> {
  state: SnapshotOf<B>;
  channel: ViewChannel<B>;
  /** What this reader chose (axis, sorting, zoom): comes back after a reload. */
  view: V;
  setView: (change: Partial<V>) => void;
  /** Says in the panel's banner that something failed, beside what is still shown. */
  tell: (message: string | null) => void;
  /** Waits for a request whose answer is of no interest; tells where it fails. */
  ask: (request: Promise<unknown>) => void;
}

interface PanelDefinition<B extends Boundary, V> {
  boundary: B;
  /** The state after a change; never changes the one before. */
  apply: (state: SnapshotOf<B>, change: ChangeOf<B>) => SnapshotOf<B>;
  /** What a panel must be opened with again after a reload. */
  target: (state: SnapshotOf<B>) => unknown;
  /** What a reader chose, as it is saved; what cannot be read counts as not chosen. */
  viewSchema: z.ZodType<V>;
  defaults: V;
  View: (props: PanelProps<B, V>) => ComponentChildren;
}

/** Starts a panel in `#panel`: connects it, keeps its state, draws it at most once a frame. */
export function mountPanel<B extends Boundary, V extends object>(definition: PanelDefinition<B, V>): void {
  registerTags();
  const api = acquireVsCodeApi();
  const root = document.getElementById('panel');
  if (!root) throw new Error('The page has no element #panel.');
  const saved = api.getState();
  const kept = (name: string): unknown =>
    typeof saved === 'object' && saved !== null ? Reflect.get(saved, name) : undefined;
  const readView = definition.viewSchema.safeParse(kept('view'));
  let view: V = readView.success ? readView.data : definition.defaults;
  let tables: readonly string[] = tablesSchema.safeParse(kept('tables')).data ?? [];
  let state: SnapshotOf<B> | null = null;
  let message: string | null = null;
  /** Whether the message says that nothing newer could be read, which may go better another time. */
  let stale = false;
  let scheduled = 0;

  const draw = () => {
    scheduled = 0;
    const { View } = definition;
    render(
      <>
        <div class="live" role="status">
          {message === null ? null : (
            <div class="banner">
              <span class="codicon codicon-warning" aria-hidden="true" />
              <span class="said">{message}</span>
              {stale ? <Button onPress={tryAgain}>Try Again</Button> : null}
              <Button icon="close" label="Dismiss this message" look="icon" onPress={() => tell(null)} />
            </div>
          )}
        </div>
        {state === null ? (
          <Unread panel={definition.boundary.panel} failed={stale} />
        ) : (
          <TablesContext.Provider value={{ names: tables, set: setTable }}>
            <View state={state} channel={channel} view={view} setView={setView} tell={tell} ask={ask} />
          </TablesContext.Provider>
        )}
      </>,
      root,
    );
  };
  const schedule = () => {
    if (scheduled === 0) scheduled = requestAnimationFrame(draw);
  };
  const say = (text: string | null, isStale: boolean) => {
    message = text;
    stale = isStale;
    schedule();
  };
  const tell = (text: string | null) => say(text, false);
  const ask = (request: Promise<unknown>) => void request.catch((error: unknown) => tell(messageOf(error)));
  const keep = () => {
    if (state !== null) api.setState({ target: definition.target(state), view, tables });
  };
  const setView = (change: Partial<V>) => {
    view = { ...view, ...change };
    keep();
    schedule();
  };
  const setTable = (name: string, asTable: boolean) => {
    const others = tables.filter((other) => other !== name);
    tables = asTable ? [...others, name] : others;
    keep();
    schedule();
  };
  const channel = new ViewChannel(definition.boundary, {
    post: (outgoing) => api.postMessage(outgoing),
    onSnapshot: (next) => {
      state = next;
      if (stale) say(null, false);
      keep();
      schedule();
    },
    onChange: (change) => {
      if (state === null) return;
      state = definition.apply(state, change);
      schedule();
    },
    onTrouble: (text) => say(text, true),
  });
  const tryAgain = () => {
    say(null, false);
    channel.ready();
  };
  window.addEventListener('message', (event) => channel.receive(event.data));
  draw();
  channel.ready();
}

/** The frame before there is anything to show: still, a line that moves after a second, or why there is nothing. */
function Unread({ panel, failed }: { panel: string; failed: boolean }) {
  return failed ? (
    <main>
      <h1>{panel}</h1>
      <p class="muted">Nothing can be shown.</p>
    </main>
  ) : (
    <main aria-busy="true">
      <h1>{panel}</h1>
      <div class="progress" role="progressbar" aria-label="Reading">
        <i />
      </div>
      <p class="muted">Reading …</p>
    </main>
  );
}
