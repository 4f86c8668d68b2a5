import { useEffect, useRef, useState } from 'preact/hooks';
import type { dashboardBoundary, DashboardRun, StepSeries } from '../protocol/dashboard.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import type { Place } from '../ladder/ladderAxis.ts';

/** Between two reads while a curve grows or a reader zooms. */
const quietMs = 250;

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

/** Step by step curves of what is shown, read anew when the range or the run grows. Empty while there are none. */
export function useSteps(options: StepsOptions): ReadonlyMap<string, StepSeries> {
  const [series, setSeries] = useState<{ metric: string; map: ReadonlyMap<string, StepSeries> }>({
    metric: '',
    map: new Map(),
  });
  const failed = useRef(false);
  const { metric, channel, tell } = options;
  const wanted =
    metric === null ? [] : wantedSteps(options.runs, options.places, options.from, options.to, options.pixels);
  const key = JSON.stringify([metric, wanted]);
  const busy = useRef(false);
  const latest = useRef(key);
  latest.current = key;

  useEffect(() => {
    if (metric === null || wanted.length === 0 || failed.current) return;
    let ended = false;
    const read = async () => {
      if (busy.current || ended) return;
      busy.current = true;
      try {
        const found = await Promise.all(
          wanted.map(async (one): Promise<[string, StepSeries]> => [
            one.runId,
            await channel.request('readSteps', { ...one, metric }),
          ]),
        );
        if (!ended) setSeries({ metric, map: new Map(found) });
      } catch (error) {
        // The epochs are shown all the same; asking again with every step would only repeat the message.
        failed.current = true;
        tell(
          `Step by step curves cannot be read: ${error instanceof Error ? error.message : String(error)} Epochs are shown.`,
        );
      } finally {
        busy.current = false;
      }
    };
    const timer = setTimeout(() => void read(), series.metric === metric ? quietMs : 0);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [key, busy.current]);

  return series.metric === metric ? series.map : new Map();
}
