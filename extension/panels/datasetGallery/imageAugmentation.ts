import type { AugmentationOptions, Config, Fit } from '../../../trainer/protocol/config.ts';

/** How a stage changes its training images. */
export interface ImageAugmentation {
  augmentation: AugmentationOptions | false;
  /** Side of the images in pixels. */
  size: number;
  fit: Fit;
  seed: number;
}

/** How the last stage of a config changes its training images. */
export function imageAugmentation({ dataset, stages, training, seed }: Config): ImageAugmentation {
  const last = stages.at(-1);
  return {
    augmentation: last?.augmentation ?? training.augmentation,
    size: last?.size ?? 96,
    fit: typeof dataset === 'string' ? 'stretch' : dataset.fit,
    seed,
  };
}

/** "rotation ±40°, shift ±20 %, mirrored or not": what draws are from, as a phrase. */
export function describeAugmentation(options: AugmentationOptions | false): string {
  if (!options) return '';
  const percent = (share: number) => `±${Math.round(share * 100)}\u202f%`;
  const parts = [
    options.rotation > 0 ? `rotation ±${options.rotation}°` : '',
    options.shift > 0 ? `shift ${percent(options.shift)}` : '',
    options.shear > 0 ? `shear ±${options.shear}` : '',
    options.zoom > 0 ? `zoom ${percent(options.zoom)}` : '',
    options.horizontalFlip ? 'mirrored or not' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing is changed' : parts.join(', ');
}
