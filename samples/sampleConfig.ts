/** The sample's `upsize.json`. Whoever makes the sample writes this; the demo keeps all but the epochs. */
export const sampleConfig = {
  name: 'Fruit sample',
  dataset: 'photos',
  training: {
    // The marks that tell some fruits apart are one or two pixels wide: turning and zooming would blur them away.
    augmentation: { rotation: 0, shift: 0, shear: 0, zoom: 0, horizontalFlip: true },
  },
  stages: [
    { size: 48, epochs: 14 },
    { size: 96, epochs: 6 },
    { size: 192, epochs: 3 },
  ],
} as const;
