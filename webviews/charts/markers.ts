/** The forms of a curve's points, by Chart.js's names: a second sign beside colour and dash. */
export const markerForms = ['circle', 'rect', 'triangle', 'rectRot'] as const;
export type MarkerForm = (typeof markerForms)[number];

/** The outline of a point as an SVG path, as Chart.js draws it. `radius` in pixels. */
export function markerPath(form: MarkerForm, x: number, y: number, radius: number): string {
  const at = (dx: number, dy: number) => `${tenth(x + dx * radius)} ${tenth(y + dy * radius)}`;
  switch (form) {
    case 'circle':
      return `M${at(-1, 0)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
    case 'rect':
      return `M${at(-0.8, -0.8)}L${at(0.8, -0.8)}L${at(0.8, 0.8)}L${at(-0.8, 0.8)}Z`;
    case 'triangle':
      return `M${at(0, -1)}L${at(0.87, 0.5)}L${at(-0.87, 0.5)}Z`;
    case 'rectRot':
      return `M${at(0, -1)}L${at(1, 0)}L${at(0, 1)}L${at(-1, 0)}Z`;
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
