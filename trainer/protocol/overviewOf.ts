import type { RunManifest } from './runFolder.ts';
import type { PlannedOverview, RunOverview } from './runOverview.ts';
import { valAccuracyOf, valLossOf, type RunSummary } from './runSummary.ts';

/** The part of a run's overview that its manifest has. */
export function plannedOverviewOf({ parentId, ladderId, config, created }: RunManifest): PlannedOverview {
  return {
    ...{ parentId, ladderId, created },
    controlOf: config.control?.runId ?? null,
    configName: config.name ?? null,
    configFile: config.configFile,
    stageIndex: config.stageIndex,
    size: config.stage.size,
    laterSizes: config.laterSizes,
  };
}

/** The overview of a run as its manifest and its log have it. */
export function overviewOf(planned: PlannedOverview, summary: RunSummary): RunOverview {
  const { state, attempt, message, failure, lastSeq, seconds, bestEpoch, prepared, model, engine } = summary;
  const shared = summary.evaluated.validation?.sharedWithParent;
  return {
    ...planned,
    ...{ state, attempt, message, failure, lastSeq, seconds, bestEpoch },
    epochs: summary.epochs.length,
    imagesPerSecond: imagesPerSecondOf(summary),
    valAccuracy: valAccuracyOf(summary),
    valLoss: valLossOf(summary),
    isEvaluated: summary.evaluated.validation !== undefined,
    splitHash: prepared?.splitHash ?? null,
    labelsHash: prepared?.labelsHash ?? null,
    sharedGain: shared ? shared.accuracy - shared.parentAccuracy : null,
    parentValAccuracy: model?.parentValAccuracy ?? null,
    trainableParameters: model?.trainableParameters ?? null,
    totalParameters: model?.totalParameters ?? null,
    engine: engine?.name ?? null,
    mode: engine?.mode ?? null,
    weightsSha256: summary.weightsSha256,
    testLooks: summary.testLooks,
  };
}

/** Over the steps of all epochs: what their evaluation took is not counted. */
function imagesPerSecondOf({ epochs }: RunSummary): number | null {
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds - epoch.evaluationSeconds, 0);
  const images = epochs.reduce((sum, epoch) => sum + epoch.images, 0);
  return seconds > 0 ? images / seconds : null;
}
