import path from 'node:path';

/** Ids are made by Upsize, never from user text: what matches can be joined to a path without a second thought. */
export const runIdPattern = /^[a-z0-9-]{1,64}$/;

/** Whether a name is a run's id. */
export function isRunId(name: string): boolean {
  return runIdPattern.test(name);
}

/** Paths of the folder `.upsize` in a workspace folder. */
export function workspacePaths(workspace: string) {
  const root = path.join(workspace, '.upsize');
  return {
    root,
    runs: path.join(root, 'runs'),
    annotations: path.join(root, 'annotations'),
    mirrors: path.join(root, 'mirrors'),
    cache: path.join(root, 'cache'),
    trash: path.join(root, 'trash'),
    /** Which child trains now: the highest number whose process lives. */
    slots: path.join(root, 'slots'),
    splits: path.join(root, 'splits'),
    /** Run cards, one HTML file each. */
    cards: path.join(root, 'cards'),
  };
}

/** One file of a run's event log, numbered from 1. */
export function eventsFileOf(folder: string, number: number): string {
  return `${folder}${path.sep}events-${String(number).padStart(4, '0')}.jsonl`;
}

type EvaluatedSplit = 'train' | 'validation' | 'test';

/** Paths of one run folder. */
export function runPaths(folder: string) {
  return {
    folder,
    manifest: path.join(folder, 'run.json'),
    owner: (attempt: number) => path.join(folder, `owner-${attempt}.json`),
    events: (number: number) => eventsFileOf(folder, number),
    /** Step metrics as flat Float32 files, one a metric: derived from the log, for panels that read a range of a million. */
    stepColumns: path.join(folder, 'steps'),
    checkpoints: path.join(folder, 'checkpoints'),
    evaluation: path.join(folder, 'evaluation'),
    evaluationOf: (split: EvaluatedSplit) => path.join(folder, 'evaluation', `${split}.json`),
    probabilitiesOf: (split: EvaluatedSplit) => path.join(folder, 'evaluation', `${split}.probabilities.f32`),
    model: path.join(folder, 'model'),
    modelJson: path.join(folder, 'model', 'model.json'),
    stop: path.join(folder, 'stop.json'),
    stderr: path.join(folder, 'stderr.log'),
    heartbeat: path.join(folder, 'heartbeat'),
  };
}
export type RunPaths = ReturnType<typeof runPaths>;

/** The folder of a run. Throws on an id that is none, so that no text of a user or a file ever becomes a path. */
export function runFolderOf(workspace: string, id: string): string {
  if (!isRunId(id))
    throw new Error(`${JSON.stringify(id)} is no id of a run: those have small letters, digits and hyphens.`);
  return path.join(workspacePaths(workspace).runs, id);
}

/** The workspace folder of a run folder, `<workspace>/.upsize/runs/<id>`. */
export function workspaceOfRun(folder: string): string {
  return path.resolve(folder, '..', '..', '..');
}
