import type { Theme } from './theme.ts';

/** The sign of a run: rungs from small to large, its own filled in its stage's colour. */
export function Rungs({ index, stages, theme }: { index: number; stages: number; theme: Theme }) {
  const shown = Math.max(stages, 1);
  const width = shown * 5 - 1;
  return (
    <svg class="rungs" width={width} height={12} viewBox={`0 0 ${width} 12`} aria-hidden="true">
      {Array.from({ length: shown }, (_, rung) => {
        const height = Math.round(4 + (8 * (rung + 1)) / shown);
        const own = rung === index;
        return (
          <rect
            key={rung}
            x={rung * 5 + 0.5}
            y={12 - height + 0.5}
            width={3}
            height={height - 1}
            fill={own ? theme.stageColor(index, shown) : 'none'}
            stroke={own ? theme.stageColor(index, shown) : theme.muted}
            stroke-width={1}
            opacity={own ? 1 : 0.6}
          />
        );
      })}
    </svg>
  );
}
