import './base.css';
import { render, type ComponentChildren } from 'preact';
import type * as z from 'zod';
import type { Boundary, ChangeOf, SnapshotOf } from '../protocol/boundary.ts';
import { ViewChannel } from '../protocol/viewChannel.ts';
import { messageOf } from './messageOf.ts';
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
  const savedView: unknown = typeof saved === 'object' && saved !== null ? Reflect.get(saved, 'view') : undefined;
  const readView = definition.viewSchema.safeParse(savedView);
  let view: V = readView.success ? readView.data : definition.defaults;
  let state: SnapshotOf<B> | null = null;
  let message: string | null = null;
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
              <span>{message}</span>
            </div>
          )}
        </div>
        {state === null ? (
          <main aria-busy="true">
            <p class="muted">Reading …</p>
          </main>
        ) : (
          <View state={state} channel={channel} view={view} setView={setView} tell={tell} ask={ask} />
        )}
      </>,
      root,
    );
  };
  const schedule = () => {
    if (scheduled === 0) scheduled = requestAnimationFrame(draw);
  };
  const tell = (text: string | null) => {
    message = text;
    schedule();
  };
  const ask = (request: Promise<unknown>) => void request.catch((error: unknown) => tell(messageOf(error)));
  const keep = () => {
    if (state !== null) api.setState({ target: definition.target(state), view });
  };
  const setView = (change: Partial<V>) => {
    view = { ...view, ...change };
    keep();
    schedule();
  };
  const channel = new ViewChannel(definition.boundary, {
    post: (outgoing) => api.postMessage(outgoing),
    onSnapshot: (next) => {
      state = next;
      message = null;
      keep();
      schedule();
    },
    onChange: (change) => {
      if (state === null) return;
      state = definition.apply(state, change);
      schedule();
    },
    onTrouble: tell,
  });
  window.addEventListener('message', (event) => channel.receive(event.data));
  draw();
  channel.ready();
}
