import { Draws } from './draws.ts';

/** Voxels along each edge of a noise volume; a power of two, so that it wraps around by a mask. */
const volumeEdge = 64;
/** Pixels along each edge of a noise tile; wraps around as the volumes do. */
const tileEdge = 256;

/** Noise is kept in whole numbers; this many are 1. */
const levels = 8192;
const volumeMask = volumeEdge - 1;
const tileMask = tileEdge - 1;
/** Cells along each edge of the speck volume: one speck a cell. */
const speckCells = 10;

/** Voxels from one speck to the next. */
export const speckPitch = volumeEdge / speckCells;

/** A periodic volume of smooth clouds, mean 0, roughly within ±1. A skin cuts through it, so it has no seams and no poles. */
export const clouds: Int16Array = inLevels(centred(cloudVolume()));

/** A periodic volume of small soft balls, one in each cell of a jittered grid, mean 0, so that adding it changes no mean colour. */
export const specks: Int16Array = inLevels(centred(speckVolume()));

/** A periodic tile of fractal noise, in 0 to 1: wood grain, marble veins, folds in a cloth. */
const fractalTile: Int16Array = inLevels(fractalNoiseTile());

/**
 * The value of a volume at a point given in voxels, interpolated linearly between its eight neighbours. The work is done in whole
 * numbers: V8 would put every fraction that goes in or out of it on the heap.
 */
export function sampleVolume(volume: Int16Array, x: number, y: number, z: number): number {
  return betweenVoxels(volume, (x * 256) | 0, (y * 256) | 0, (z * 256) | 0) / levels;
}

/** The value of the fractal tile at a point given in tile pixels, interpolated linearly between its four neighbours. */
export function sampleTile(x: number, y: number): number {
  return betweenPixels((x * 256) | 0, (y * 256) | 0) / levels;
}

/** Takes 256ths of a voxel. */
function betweenVoxels(volume: Int16Array, x: number, y: number, z: number): number {
  const partX = x & 255;
  const partY = y & 255;
  const x0 = (x >> 8) & volumeMask;
  const x1 = (x0 + 1) & volumeMask;
  const y0 = ((y >> 8) & volumeMask) << 6;
  const y1 = (y0 + 64) & (volumeMask << 6);
  const z0 = ((z >> 8) & volumeMask) << 12;
  const z1 = (z0 + 4096) & (volumeMask << 12);
  const a = volume[z0 | y0 | x0]!;
  const b = volume[z0 | y1 | x0]!;
  const c = volume[z1 | y0 | x0]!;
  const d = volume[z1 | y1 | x0]!;
  const first = a + (((volume[z0 | y0 | x1]! - a) * partX) >> 8);
  const second = b + (((volume[z0 | y1 | x1]! - b) * partX) >> 8);
  const third = c + (((volume[z1 | y0 | x1]! - c) * partX) >> 8);
  const fourth = d + (((volume[z1 | y1 | x1]! - d) * partX) >> 8);
  const near = first + (((second - first) * partY) >> 8);
  const far = third + (((fourth - third) * partY) >> 8);
  return near + (((far - near) * (z & 255)) >> 8);
}

/** Takes 256ths of a pixel. */
function betweenPixels(x: number, y: number): number {
  const partX = x & 255;
  const x0 = (x >> 8) & tileMask;
  const x1 = (x0 + 1) & tileMask;
  const y0 = ((y >> 8) & tileMask) << 8;
  const y1 = (y0 + 256) & (tileMask << 8);
  const a = fractalTile[y0 | x0]!;
  const b = fractalTile[y1 | x0]!;
  const top = a + (((fractalTile[y0 | x1]! - a) * partX) >> 8);
  const bottom = b + (((fractalTile[y1 | x1]! - b) * partX) >> 8);
  return top + (((bottom - top) * (y & 255)) >> 8);
}

/** The usual smooth step on [0, 1], without its clamp: its slope is zero at both ends. */
function fade(part: number): number {
  return part * part * (3 - 2 * part);
}

/** 0 below `low`, 1 above `high`, smooth between; works downwards too, with `low` above `high`. */
export function smoothStep(low: number, high: number, value: number): number {
  const part = (value - low) / (high - low);
  return part <= 0 ? 0 : part >= 1 ? 1 : part * part * (3 - 2 * part);
}

function cloudVolume(): Float32Array {
  const volume = new Float32Array(volumeEdge ** 3);
  for (const [cells, weight] of [
    [4, 1],
    [8, 0.6],
    [16, 0.35],
  ] as const) {
    const draws = new Draws('clouds', cells);
    const lattice = Float32Array.from({ length: cells ** 3 }, () => draws.between(-1, 1));
    const step = volumeEdge / cells;
    const wrapped = Int32Array.from({ length: cells + 1 }, (_, cell) => cell % cells);
    for (let z = 0, index = 0; z < volumeEdge; z++) {
      const cellZ = Math.floor(z / step);
      const partZ = fade(z / step - cellZ);
      for (let y = 0; y < volumeEdge; y++) {
        const cellY = Math.floor(y / step);
        const partY = fade(y / step - cellY);
        const row00 = (wrapped[cellZ]! * cells + wrapped[cellY]!) * cells;
        const row01 = (wrapped[cellZ]! * cells + wrapped[cellY + 1]!) * cells;
        const row10 = (wrapped[cellZ + 1]! * cells + wrapped[cellY]!) * cells;
        const row11 = (wrapped[cellZ + 1]! * cells + wrapped[cellY + 1]!) * cells;
        const columnAt = (column: number): number => {
          const near = lattice[row00 + column]! + partY * (lattice[row01 + column]! - lattice[row00 + column]!);
          const far = lattice[row10 + column]! + partY * (lattice[row11 + column]! - lattice[row10 + column]!);
          return near + partZ * (far - near);
        };
        for (let cellX = 0; cellX < cells; cellX++) {
          const left = columnAt(cellX);
          const right = columnAt(wrapped[cellX + 1]!);
          for (let inside = 0; inside < step; inside++, index++) {
            volume[index] = volume[index]! + weight * (left + fade(inside / step) * (right - left));
          }
        }
      }
    }
  }
  return volume;
}

function speckVolume(): Float32Array {
  const draws = new Draws('specks');
  const volume = new Float32Array(volumeEdge ** 3);
  const reach = 4;
  for (let cell = 0; cell < speckCells ** 3; cell++) {
    const centreX = ((cell % speckCells) + draws.between(0.2, 0.8)) * speckPitch;
    const centreY = ((Math.floor(cell / speckCells) % speckCells) + draws.between(0.2, 0.8)) * speckPitch;
    const centreZ = (Math.floor(cell / speckCells ** 2) + draws.between(0.2, 0.8)) * speckPitch;
    const radius = draws.between(1.7, 2.5);
    for (let dz = -reach; dz <= reach; dz++) {
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const x = Math.round(centreX) + dx;
          const y = Math.round(centreY) + dy;
          const z = Math.round(centreZ) + dz;
          const distance = Math.hypot(x - centreX, y - centreY, z - centreZ);
          const value = 1 - smoothStep(radius * 0.55, radius * 1.35, distance);
          const index = ((z & volumeMask) << 12) | ((y & volumeMask) << 6) | (x & volumeMask);
          volume[index] = Math.max(volume[index]!, value);
        }
      }
    }
  }
  return volume;
}

function fractalNoiseTile(): Float32Array {
  const tile = new Float32Array(tileEdge ** 2);
  let total = 0;
  for (let cells = 8, weight = 1; cells <= 128; cells *= 2, weight *= 0.55) {
    const draws = new Draws('tile', cells);
    const lattice = Float32Array.from({ length: cells ** 2 }, () => draws.uniform());
    const step = tileEdge / cells;
    total += weight;
    const wrapped = Int32Array.from({ length: cells + 1 }, (_, cell) => cell % cells);
    for (let y = 0, index = 0; y < tileEdge; y++) {
      const cellY = Math.floor(y / step);
      const partY = fade(y / step - cellY);
      const row0 = wrapped[cellY]! * cells;
      const row1 = wrapped[cellY + 1]! * cells;
      for (let cellX = 0; cellX < cells; cellX++) {
        const nextX = wrapped[cellX + 1]!;
        const left = lattice[row0 + cellX]! + partY * (lattice[row1 + cellX]! - lattice[row0 + cellX]!);
        const right = lattice[row0 + nextX]! + partY * (lattice[row1 + nextX]! - lattice[row0 + nextX]!);
        for (let inside = 0; inside < step; inside++, index++) {
          tile[index] = tile[index]! + weight * (left + fade(inside / step) * (right - left));
        }
      }
    }
  }
  return tile.map((value) => value / total);
}

function centred(volume: Float32Array): Float32Array {
  let sum = 0;
  for (const value of volume) sum += value;
  const mean = sum / volume.length;
  for (let index = 0; index < volume.length; index++) volume[index] = volume[index]! - mean;
  return volume;
}

function inLevels(noise: Float32Array): Int16Array {
  const whole = new Int16Array(noise.length);
  for (let index = 0; index < noise.length; index++) whole[index] = Math.round(noise[index]! * levels);
  return whole;
}
