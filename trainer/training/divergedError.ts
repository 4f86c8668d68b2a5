/** The loss became NaN or infinite: training cannot go on. Its message says what to try. */
export class DivergedError extends Error {
  constructor(loss: number, epoch: number, step: number, learningRate: number) {
    const lower = Number((learningRate / 10).toPrecision(1));
    super(
      `The loss became ${loss} in epoch ${epoch + 1}, at step ${step}, with a learning rate of ${learningRate}. ` +
        `Train the stage again with a lower one ("learningRate": ${lower}); if that does not help, try "optimizer": { "name": "adam" } or a larger "batchSize".`,
    );
    this.name = 'DivergedError';
  }
}
