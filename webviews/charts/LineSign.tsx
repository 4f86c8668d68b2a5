import { markerPath, type MarkerForm } from './markers.ts';

interface LineSignProps {
  color: string;
  width: number;
  dash: readonly number[];
  form?: MarkerForm;
}

/** A short piece of a curve, to say in a legend which it is. */
export function LineSign({ color, width, dash, form }: LineSignProps) {
  return (
    <svg width={32} height={8} aria-hidden="true">
      <path d="M0 4H32" stroke={color} stroke-width={width} stroke-dasharray={dash.join(' ')} fill="none" />
      {form ? <path d={markerPath(form, 16, 4, 4)} fill={color} /> : null}
    </svg>
  );
}
