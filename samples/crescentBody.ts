import type { Body, Hit, Turn } from './body.ts';
import { smoothStep } from './noise.ts';

/** How a banana is bent and how fat it is; lengths in fruit radii, angles in radians. */
export interface CrescentForm {
  /** The angle about the vertical at which the whole fruit is turned in the picture. */
  readonly roll: number;
  /** Half of the angle that its spine spans. */
  readonly halfSpan: number;
  /** Half its thickness in the middle. */
  readonly thickness: number;
}

/**
 * A banana: a tube around an arc, thinner towards its ends, with flat sides. In the fruit's own frame x runs along the spine
 * (−1 at the blossom end, +1 at the stalk), y across it and z towards the viewer.
 */
export class CrescentBody implements Body {
  readonly reach = 1.1;
  readonly stemHeight = 0;
  readonly turn: Turn;
  readonly #form: CrescentForm;
  readonly #bend: number;
  readonly #offset: number;

  constructor(form: CrescentForm) {
    const [cos, sin] = [Math.cos(form.roll), Math.sin(form.roll)];
    this.turn = [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
    this.#form = form;
    // The arc's chord is two radii long, and its middle lies at the centre of the picture of it.
    this.#bend = 1 / Math.sin(form.halfSpan);
    this.#offset = this.#bend - (this.#bend * (1 - Math.cos(form.halfSpan))) / 2;
  }

  meet(hit: Hit): void {
    const { viewX: x, viewY: y, pixel } = hit;
    hit.coverage = 0;
    const cos = this.turn[0];
    const sin = this.turn[3];
    const px = cos * x + sin * y;
    const py = cos * y - sin * x + this.#offset;
    const { halfSpan, thickness } = this.#form;
    const distance = Math.sqrt(px * px + py * py);
    const along = Math.atan2(px, py) / halfSpan;
    const end = Math.abs(along);
    if (end > 1.03) return;
    // The stalk is long and thin, the blossom end short and blunt.
    const stalk = smoothStep(0.66, 0.93, along);
    const blossom = smoothStep(-0.7, -1.02, along);
    const body = Math.sqrt(Math.max(0, 1 - 0.32 * end ** 2.2));
    const half = thickness * body * (1 - 0.66 * stalk) * (1 - 0.62 * blossom);
    const across = (distance - this.#bend) / half;
    const gap = Math.max((Math.abs(across) - 1) * half, (end - 1) * halfSpan * this.#bend);
    if (gap > pixel) return;
    hit.coverage = gap <= 0 ? 1 : 1 - gap / pixel;
    const rim = Math.max(-0.995, Math.min(0.995, across));
    // Three flat sides rather than a round tube: the slope changes fast at two ridges.
    const ridged = rim * 0.55 + 0.45 * Math.tanh((rim - 0.3) * 5) * 0.75 + 0.1;
    const slope = Math.max(-0.97, Math.min(0.97, ridged));
    const height = Math.sqrt(1 - slope * slope);
    const radialX = px / distance;
    const radialY = py / distance;
    hit.x = along;
    hit.y = across;
    hit.z = Math.sqrt(1 - rim * rim) * half;
    const taper = 0.5 * (stalk - blossom);
    const nx = slope * radialX + taper * 0.6 * radialY;
    const ny = slope * radialY - taper * 0.6 * radialX;
    const size = 1 / Math.sqrt(nx * nx + ny * ny + height * height);
    hit.normalX = (cos * nx - sin * ny) * size;
    hit.normalY = (sin * nx + cos * ny) * size;
    hit.normalZ = height * size;
  }
}
