/** The sample's `upsize.json`. Whoever makes the sample writes this; the demo keeps all but the epochs. */
export const sampleConfig = {
  name: 'Fruit sample',
  dataset: 'photos',
  // Half the filters of the default network: a stage of 192 px takes minutes on two cores.
  model: { filters: [16, 16, 32, 32] },
  training: {
    learningRate: 0.003,
    // The marks that tell some fruits apart are found after some epochs in which nothing seems to happen.
    earlyStopping: { patience: 10 },
    reduceLearningRate: { patience: 3 },
    // The marks are one or two pixels wide: turning and zooming would blur them away.
    augmentation: { rotation: 0, shift: 0, shear: 0, zoom: 0, horizontalFlip: true },
  },
  stages: [
    { size: 48, epochs: 16 },
    // Marks that a smaller image does not have are nothing that a frozen parent could see: all layers go on training.
    { size: 96, epochs: 26, extend: { strategy: 'resize' } },
    { size: 192, epochs: 10, learningRate: 0.001, extend: { strategy: 'resize' } },
  ],
} as const;
