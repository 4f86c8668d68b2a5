import { useEffect, useRef, useState } from 'preact/hooks';
import type { dashboardBoundary, DashboardRun, StepSeries } from '../protocol/dashboard.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import type { Place } from '../ladder/ladderAxis.ts';
import { messageOf } from '../ui/messageOf.ts';
import { NewestRead } from './newestRead.ts';

/** Between two reads while a curve grows or a reader zooms. */
const everyMs = 150;

/** One read of a range of a run's steps. */
interface Wanted {
  runId: string;
  from: number;
  to: number;
  points: number;
}

interface StepsOptions {
  channel: ViewChannel<typeof dashboardBoundary>;
  runs: readonly DashboardRun[];
  places: ReadonlyMap<string, Place>;
  metric: 'loss' | 'accuracy' | null;
  /** The shown part of the axis. */
  from: number;
  to: number;
  /** Width of the chart in pixels: never more points than that are read. */
  pixels: number;
  tell: (message: string | null) => void;
}

/** What is read for the shown part of the axis: each run that lies in it, its share of the pixels. Pure. */
export function wantedSteps(
  runs: readonly DashboardRun[],
  places: ReadonlyMap<string, Place>,
  from: number,
  to: number,
  pixels: number,
): Wanted[] {
  return runs.flatMap((run) => {
    const place = places.get(run.runId);
    if (!place || run.live.step < 2) return [];
    const left = Math.max(from, place.from);
    const right = Math.min(to, place.to);
    if (right <= left || to <= from) return [];
    const first = Math.max(0, Math.floor(place.stepAt(left)));
    const last = Math.min(run.live.step, Math.ceil(place.stepAt(right)));
    const points = Math.round((pixels / 2) * ((right - left) / (to - from)));
    return last > first
      ? [{ runId: run.runId, from: first, to: last, points: Math.min(10_000, Math.max(2, points)) }]
      : [];
  });
}

interface Wish {
  metric: 'loss' | 'accuracy';
  wanted: readonly Wanted[];
}

/** Step by step curves of what is shown, read anew when the range or the run grows. Empty while there are none. */
export function useSteps(options: StepsOptions): ReadonlyMap<string, StepSeries> {
  const { metric, channel, tell } = options;
  const [series, setSeries] = useState<{ metric: string; map: ReadonlyMap<string, StepSeries> } | null>(null);
  const reader = useRef<NewestRead<Wish, [string, StepSeries][]> | null>(null);
  const wanted =
    metric === null ? [] : wantedSteps(options.runs, options.places, options.from, options.to, options.pixels);

  useEffect(() => {
    let failed = false;
    const made = new NewestRead<Wish, [string, StepSeries][]>({
      everyMs,
      read: (wish) =>
        Promise.all(
          wish.wanted.map(async (one): Promise<[string, StepSeries]> => [
            one.runId,
            await channel.request('readSteps', { ...one, metric: wish.metric }),
          ]),
        ),
      take: (wish, found) => {
        failed = false;
        setSeries({ metric: wish.metric, map: new Map(found) });
      },
      fail: (error) => {
        // Said once: it is read again with every step.
        if (!failed) tell(`Step by step curves cannot be read, so epochs are shown. ${messageOf(error)}`);
        failed = true;
        setSeries(null);
      },
    });
    reader.current = made;
    return () => made.end();
  }, [channel]);

  useEffect(() => {
    if (metric !== null && wanted.length > 0) reader.current?.want({ metric, wanted });
  }, [JSON.stringify([metric, wanted])]);

  return metric !== null && series?.metric === metric ? series.map : new Map();
}
