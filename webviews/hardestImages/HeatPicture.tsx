import { useEffect, useRef } from 'preact/hooks';

interface HeatPictureProps {
  dataUri: string;
  alt: string;
  heat: { width: number; height: number; values: readonly number[] };
  /** How strongly the heat lies over the picture, 0 to 1. */
  strength: number;
}

/** Colour of a heat from 0 to 1: from nothing over orange to yellow, readable over any picture. Red, green, blue, opacity. */
export function heatColor(heat: number): [number, number, number, number] {
  const place = Math.min(1, Math.max(0, Number.isFinite(heat) ? heat : 0));
  return [255, Math.round(90 + 150 * place), 30, Math.round(215 * place)];
}

/** A picture as the network saw it, and over it where it looked; the places are as coarse as the last feature map. */
export function HeatPicture({ dataUri, alt, heat, strength }: HeatPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || heat.width === 0 || heat.height === 0) return;
    const pixels = context.createImageData(heat.width, heat.height);
    heat.values.slice(0, heat.width * heat.height).forEach((value, at) => pixels.data.set(heatColor(value), at * 4));
    context.putImageData(pixels, 0, 0);
  }, [heat]);
  return (
    <span class="heat">
      <img src={dataUri} alt={alt} />
      <canvas ref={canvas} width={heat.width} height={heat.height} aria-hidden="true" style={{ opacity: strength }} />
    </span>
  );
}
