import type { Run } from '../protocol/runSummary.ts';
import { readLayers, type ModelLayer } from '../protocol/readLayers.ts';
import { deviceText } from './deviceText.ts';
import { aboutText, bytesText, countText, durationText, lossText, percent } from '../protocol/numberFormats.ts';

/** `48 px · stage 1`, as a run is named while it trains. */
export function stageName(run: Run): string {
  const { stage, stageIndex } = run.manifest.config;
  return stageIndex === null ? `${stage.size} px` : `stage ${stageIndex + 1} · ${stage.size} px`;
}

/**
 * Seconds until the last epoch that is configured would be done, from the pace of the newest epoch, else of the newest steps;
 * null where there is no pace yet. Early stopping may end a stage sooner.
 */
export function secondsLeft({ summary, manifest }: Run): number | null {
  const { prepared, lastStep, epochs, step } = summary;
  if (!prepared || prepared.stepsPerEpoch === 0) return null;
  const stepsLeft = manifest.config.stage.training.epochs * prepared.stepsPerEpoch - step;
  const newest = epochs.at(-1);
  if (newest) {
    const secondsPerStep = newest.seconds / prepared.stepsPerEpoch;
    return Math.max(0, stepsLeft * secondsPerStep);
  }
  if (!lastStep || lastStep.imagesPerSecond <= 0) return null;
  return Math.max(0, (stepsLeft * prepared.batchSize) / lastStep.imagesPerSecond);
}

function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** The one line that a terminal shows, and rewrites, while a run is at work. `doing` is what its heartbeat says. */
export function progressLine(run: Run, doing: string | null, columns: number): string {
  const { summary, manifest } = run;
  const { prepared, lastStep, progress } = summary;
  const parts = [stageName(run)];
  if (run.state === 'running' && prepared) {
    const { epochs } = manifest.config.stage.training;
    const epoch = Math.min(summary.epochs.length + 1, epochs);
    const batch = Math.max(0, summary.step - summary.epochs.length * prepared.stepsPerEpoch);
    const share = prepared.stepsPerEpoch > 0 ? batch / prepared.stepsPerEpoch : 0;
    parts.push(`epoch ${epoch}/${epochs}`, `${bar(share, 12)} ${batch}/${prepared.stepsPerEpoch}`);
    if (lastStep) {
      parts.push(`${countText(lastStep.imagesPerSecond)} images/s`, `loss ${lossText(lastStep.loss)}`);
    }
    const accuracy = summary.epochs.at(-1)?.valAccuracy;
    if (accuracy !== undefined) parts.push(`val_accuracy ${percent(accuracy)}`);
    const left = secondsLeft(run);
    if (left !== null) parts.push(`${aboutText(left)} left`);
  } else if (progress && progress.total > 0) {
    parts.push(
      progress.phase,
      `${bar(progress.done / progress.total, 12)} ${countText(progress.done)}/${countText(progress.total)}`,
    );
  } else {
    parts.push(run.state === 'queued' && summary.message !== null ? `queued: ${summary.message}` : run.state);
    if (doing !== null && run.state !== 'queued') parts.push(doing);
  }
  const line = parts.join(' · ');
  return line.length < columns ? line : `${line.slice(0, Math.max(1, columns - 2))}…`;
}

/** How a stage's model came out of its parent's, in two lines: the new layers, and the parent's, with the shapes that they give. */
function grownLines({ manifest }: Run, layers: readonly ModelLayer[]): string[] {
  const shape = ({ outputShape }: ModelLayer) => outputShape.slice(1).join(' × ');
  const parts = layers.filter(({ type }) => type !== 'InputLayer');
  const added = parts.filter(({ fromParent }) => !fromParent);
  const kept = parts.filter(({ fromParent }) => fromParent);
  const [first, last] = [kept[0], kept.at(-1)];
  if (manifest.parentId === null || !first || !last) return [];
  return [
    added.length === 0
      ? '  no new layer'
      : `  new: ${added.map((layer) => `${layer.name} (${shape(layer)})`).join(', ')}`,
    `  of run ${manifest.parentId}: ${kept.length} layers, from ${first.name} (${shape(first)}) to ${last.name} (${shape(last)})`,
  ];
}

interface ProgressOptions {
  /** The run as it was before a resume: what its earlier attempts did is known. */
  earlier?: Run | undefined;
  /** Reads the layers of its model; default: from its log. */
  layersOf?: (run: Run) => ModelLayer[];
}

/** What has become of a run since it was last looked at, as lines to keep: begun, prepared, each epoch, warnings, the end. */
export class ProgressLines {
  #state: string | null = null;
  #epochs = 0;
  #warnings = 0;
  #prepared = false;
  #model = false;
  readonly #layersOf: (run: Run) => ModelLayer[];

  constructor({ earlier, layersOf = ({ folder }) => readLayers(folder) }: ProgressOptions = {}) {
    this.#layersOf = layersOf;
    if (!earlier) return;
    this.#epochs = earlier.summary.epochs.length;
    this.#warnings = earlier.summary.warnings.length;
  }

  take(run: Run): string[] {
    const { summary, manifest } = run;
    const lines: string[] = [];
    const name = stageName(run);
    for (const warning of summary.warnings.slice(this.#warnings)) lines.push(`  ! ${warning}`);
    this.#warnings = summary.warnings.length;
    if (summary.prepared && !this.#prepared) {
      this.#prepared = true;
      const { train, validation, classNames, leftOut } = summary.prepared;
      const out = leftOut > 0 ? `, ${countText(leftOut)} left out` : '';
      lines.push(
        `${name}: ${countText(train)} images to train, ${countText(validation)} to validate, ${classNames.length} classes${out}`,
      );
    }
    if (summary.model && summary.engine && !this.#model) {
      this.#model = true;
      const { trainableParameters, totalParameters, memoryBytes, initialValAccuracy } = summary.model;
      const begins = initialValAccuracy === null ? '' : `, begins at val_accuracy ${percent(initialValAccuracy)}`;
      lines.push(
        `${name}: ${countText(trainableParameters)} of ${countText(totalParameters)} parameters train, about ${bytesText(memoryBytes)} a step, ${summary.engine.name} engine${deviceText(summary.engine)}${begins}`,
        ...grownLines(run, this.#layersOf(run)),
      );
      if (summary.engine.fallback !== null) lines.push(`  ${summary.engine.fallback}`);
    }
    // A resume may take epochs back that were shown before.
    this.#epochs = Math.min(this.#epochs, summary.epochs.length);
    for (const epoch of summary.epochs.slice(this.#epochs)) {
      lines.push(
        `${name}: epoch ${epoch.epoch + 1}/${manifest.config.stage.training.epochs}  loss ${lossText(epoch.loss)}  ` +
          `val_loss ${lossText(epoch.valLoss)}  val_accuracy ${percent(epoch.valAccuracy)}  ` +
          `${countText(epoch.imagesPerSecond)} images/s  ${durationText(epoch.seconds)}`,
      );
    }
    this.#epochs = summary.epochs.length;
    if (run.state !== this.#state) {
      const message = summary.message === null ? '' : `: ${summary.message}`;
      if (run.state === 'queued' && summary.message !== null) lines.push(`${name}: queued${message}`);
      if (run.state === 'evaluating') lines.push(`${name}: scoring the best weights`);
      if (run.state === 'stopped' || run.state === 'failed' || run.state === 'interrupted') {
        lines.push(`${name}: ${run.state}${message}`);
      }
      if (run.state === 'completed') lines.push(`${name}: completed in ${durationText(summary.seconds)}${message}`);
      this.#state = run.state;
    }
    return lines;
  }
}
