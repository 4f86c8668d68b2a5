/** Where a ray from the viewer meets a fruit. One is reused for all pixels of a fruit. */
export class Hit {
  /** Where the ray is sent, in fruit radii from the centre of the fruit: x right, y up. */
  viewX = 0.5;
  viewY = 0.5;
  /** The size of a pixel in fruit radii, for soft edges. */
  readonly pixel: number;
  /** Share of the pixel that the fruit covers, 0 to 1; what follows means nothing where it is 0. */
  coverage = 0.5;
  /** The point in the fruit's own frame: its stem points along +y, its radius is about 1. */
  x = 0.5;
  y = 0.5;
  z = 0.5;
  /** The unit normal in the viewer's frame: x right, y up, z towards the viewer. */
  normalX = 0.5;
  normalY = 0.5;
  normalZ = 0.5;

  // The fields start as fractions so that V8 keeps them as such in place, and allocates nothing for a pixel.
  constructor(pixel: number) {
    this.pixel = pixel;
  }
}

/** A solid that can be looked at along z. Points are in fruit radii around its centre, x right and y up. */
export interface Body {
  /** How far the outline reaches from the centre, in fruit radii. */
  readonly reach: number;
  /** Turns fruit coordinates into the viewer's: rows are the viewer's x, y, z. */
  readonly turn: Turn;
  /** Where the stem leaves the skin, in fruit coordinates along +y. */
  readonly stemHeight: number;
  /** Sends the ray of `hit` and fills in the rest of it. */
  meet(hit: Hit): void;
}

/** A rotation as nine numbers, row by row. */
export type Turn = readonly [number, number, number, number, number, number, number, number, number];

/**
 * The rotation of a fruit: spun about its own stem, then tipped towards the viewer (0 lies side-on, π/2 shows the stem end), then
 * rolled in the picture plane. Angles in radians.
 */
export function turnOf(spin: number, tip: number, roll: number): Turn {
  const [cosSpin, sinSpin] = [Math.cos(spin), Math.sin(spin)];
  const [cosTip, sinTip] = [Math.cos(tip), Math.sin(tip)];
  const [cosRoll, sinRoll] = [Math.cos(roll), Math.sin(roll)];
  const tipped = [
    cosSpin,
    0,
    sinSpin,
    sinTip * sinSpin,
    cosTip,
    -sinTip * cosSpin,
    -cosTip * sinSpin,
    sinTip,
    cosTip * cosSpin,
  ];
  const [a, b, c, d, e, f, g, h, i] = tipped as unknown as Turn;
  return [
    cosRoll * a - sinRoll * d,
    cosRoll * b - sinRoll * e,
    cosRoll * c - sinRoll * f,
    sinRoll * a + cosRoll * d,
    sinRoll * b + cosRoll * e,
    sinRoll * c + cosRoll * f,
    g,
    h,
    i,
  ];
}

/** The rotation that leaves everything where it is. */
export const noTurn: Turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];

const profileSteps = 256;

/** The outline of a body of revolution: its radius by the cosine of the angle from the stem, and that radius' slope. */
export interface Profile {
  readonly radius: Float64Array;
  readonly slope: Float64Array;
}

/** Tabulates a radius given by the angle from the stem (0 at the stem, π at the other end), scaled so that the largest is 1. */
export function profileOf(radiusAt: (angle: number) => number): Profile {
  const radius = Float64Array.from({ length: profileSteps + 1 }, (_, step) =>
    radiusAt(Math.acos((2 * step) / profileSteps - 1)),
  );
  const largest = radius.reduce((most, value) => Math.max(most, value));
  for (let step = 0; step <= profileSteps; step++) radius[step] = radius[step]! / largest;
  const slope = radius.map((_, step) => {
    const before = Math.max(0, step - 1);
    const after = Math.min(profileSteps, step + 1);
    return ((radius[after]! - radius[before]!) * profileSteps) / (2 * (after - before));
  });
  return { radius, slope };
}

/** A body of revolution about its stem, star-shaped about its centre, found by Newton's steps along the ray. */
export class RevolvedBody implements Body {
  readonly reach = 1.02;
  readonly stemHeight: number;
  readonly turn: Turn;
  readonly #profile: Profile;
  #lastPixel = -0.5;
  #lastX = 0.5;
  #lastZ = 0.5;

  constructor(profile: Profile, turn: Turn) {
    this.#profile = profile;
    this.turn = turn;
    this.stemHeight = profile.radius[profileSteps]!;
  }

  meet(hit: Hit): void {
    const { viewX: x, viewY: y, pixel } = hit;
    hit.coverage = 0;
    const room = 1.03 * 1.03 - x * x - y * y;
    if (room <= 0) return;
    const { turn } = this;
    const { radius, slope } = this.#profile;
    const depthX = turn[6];
    const depthY = turn[7];
    const depthZ = turn[8];
    const planeX = turn[0] * x + turn[3] * y;
    const planeY = turn[1] * x + turn[4] * y;
    const planeZ = turn[2] * x + turn[5] * y;
    const farthest = -Math.sqrt(room);
    const done = pixel * 0.3;
    // The skin is seldom far from where the ray just beside met it.
    const follows = this.#lastPixel === pixel && Math.abs(x - this.#lastX - pixel) < 0.5 * pixel;
    let z = follows ? Math.min(-farthest, this.#lastZ + 3 * pixel) : -farthest;
    let reached = z;
    let nearest = Infinity;
    let normalX = 0;
    let normalY = 0;
    let normalZ = 1;
    for (let step = 0; step < 16; step++) {
      const px = planeX + depthX * z;
      const py = planeY + depthY * z;
      const pz = planeZ + depthZ * z;
      const distance = Math.sqrt(px * px + py * py + pz * pz) + 1e-9;
      const cosine = py / distance;
      const at = (cosine + 1) * (profileSteps / 2);
      const index = at >= profileSteps ? profileSteps - 1 : at | 0;
      const part = at - index;
      const gap = distance - radius[index]! - part * (radius[index + 1]! - radius[index]!);
      // The gradient of the gap, in the fruit's frame: the normal of the skin, once the gap is closed.
      const bend = slope[index]! + part * (slope[index + 1]! - slope[index]!);
      const lean = (1 + (bend * cosine) / distance) / distance;
      const nx = px * lean;
      const ny = py * lean - bend / distance;
      const nz = pz * lean;
      if (gap < nearest) {
        nearest = gap;
        reached = z;
        hit.x = px;
        hit.y = py;
        hit.z = pz;
        normalX = nx;
        normalY = ny;
        normalZ = nz;
      }
      if (gap < done) break;
      // Short steps where the ray grazes the skin, or it would jump over the edge.
      z -= gap / Math.max(0.5, depthX * nx + depthY * ny + depthZ * nz);
      if (z < farthest) break;
    }
    hit.coverage = nearest < done ? 1 : nearest < pixel ? 1 - nearest / pixel : 0;
    if (hit.coverage === 0) {
      this.#lastPixel = -0.5;
      return;
    }
    this.#lastPixel = nearest < done ? pixel : -0.5;
    this.#lastX = x;
    this.#lastZ = reached;
    const size = 1 / Math.sqrt(normalX * normalX + normalY * normalY + normalZ * normalZ);
    hit.normalX = (turn[0] * normalX + turn[1] * normalY + turn[2] * normalZ) * size;
    hit.normalY = (turn[3] * normalX + turn[4] * normalY + turn[5] * normalZ) * size;
    hit.normalZ = (depthX * normalX + depthY * normalY + depthZ * normalZ) * size;
  }
}
