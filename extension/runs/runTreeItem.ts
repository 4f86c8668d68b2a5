import * as vscode from 'vscode';
import { isLive } from '../../trainer/protocol/runState.ts';
import { stateTextOf } from '../../trainer/protocol/stateText.ts';
import { canResume, valAccuracyOf, type Run } from '../../trainer/protocol/runSummary.ts';
import { count, duration, loss, percent, plural, points, shortTime } from '../numbers.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { gainOf, runDescription, spokenDescription } from './runLabel.ts';
import { canBeParent } from './runUse.ts';
import { runLabel, type RunsTreeNode, type RunTreeContext } from './runsTree.ts';

/** A node of the Runs view. */
export type RunsViewNode = RunsTreeNode<UpsizeFolder>;

const icons: Record<Run['state'], [icon: string, color: string | undefined]> = {
  queued: ['clock', undefined],
  preparing: ['sync~spin', 'charts.blue'],
  running: ['sync~spin', 'charts.blue'],
  evaluating: ['sync~spin', 'charts.blue'],
  completed: ['check', 'charts.green'],
  stopped: ['debug-pause', 'charts.yellow'],
  interrupted: ['warning', 'charts.yellow'],
  failed: ['error', 'charts.red'],
};

/** VS Code's item of a node. */
export function runItem({ id, node }: RunsViewNode, context: RunTreeContext): vscode.TreeItem {
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  switch (node.kind) {
    case 'folder': {
      const item = new vscode.TreeItem(node.folder, Expanded);
      item.iconPath = vscode.ThemeIcon.Folder;
      return Object.assign(item, { id, contextValue: 'folder' });
    }
    case 'ladder': {
      const first = node.ladder.runs[0];
      const item = new vscode.TreeItem(node.name, Expanded);
      const newest = node.ladder.runs.at(-1)?.overview.created ?? 0;
      const best = node.best === null ? [] : [percent(node.best)];
      item.description = [...best, shortTime(newest, context.now)].join(' · ');
      item.tooltip = `${plural(node.ladder.runs.length, 'run')}${first?.overview.configName ? ` of ${first.overview.configName}` : ''}`;
      return Object.assign(item, { id, contextValue: 'ladder' });
    }
    case 'group': {
      const item = new vscode.TreeItem(node.title, Expanded);
      item.description = plural(node.children.length, 'run');
      return Object.assign(item, { id, contextValue: 'group' });
    }
    case 'unreadable': {
      const item = new vscode.TreeItem(node.run.id, None);
      item.description = node.run.kind === 'newer' ? 'made by a newer Upsize' : 'cannot be read';
      item.iconPath = new vscode.ThemeIcon(node.run.kind === 'newer' ? 'lock' : 'warning');
      item.tooltip = `${node.run.message}\n${node.run.folder}`;
      item.resourceUri = vscode.Uri.file(node.run.folder);
      return Object.assign(item, { id, contextValue: 'unreadable' });
    }
    case 'run': {
      const item = new vscode.TreeItem(runLabel(node.run, context), node.children.length > 0 ? Expanded : None);
      const [icon, color] = icons[node.run.state];
      item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
      item.description = runDescription(node.run, context.byId);
      item.accessibilityInformation = { label: spoken(node.run, context) };
      item.checkboxState = checkboxOf(context.checked.has(node.run.id));
      return Object.assign(item, { id, contextValue: contextValueOf(node.run) });
    }
  }
}

function checkboxOf(checked: boolean): NonNullable<vscode.TreeItem['checkboxState']> {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  const tooltip = checked ? 'Leave out of the comparison' : 'Choose for a comparison';
  return { state: checked ? Checked : Unchecked, tooltip, accessibilityInformation: { label: tooltip } };
}

/** Words by which menus know what can be done with a run. */
export function contextValueOf(run: Run): string {
  const words = ['run', run.state];
  if (isLive(run.state)) words.push('live');
  else words.push('ended');
  if (canResume(run)) words.push('resumable');
  if (canBeParent(run)) words.push('base');
  return words.join(' ');
}

function spoken(run: Run, context: RunTreeContext): string {
  const { name } = context.annotations.of(run.id);
  return `${name ?? 'run'}, ${run.overview.size} pixels, ${run.state}, ${spokenDescription(run, context.byId)}`;
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&').replaceAll('\n', '  \n');
}

/** All of a run at a glance. Written when it is pointed at: 2,000 tooltips nobody reads would cost as much as the list. */
export function runTooltip(run: Run, context: RunTreeContext, folderName: string): vscode.MarkdownString {
  const { annotations, byId, now } = context;
  const { summary, manifest } = run;
  const { stage } = manifest.config;
  const said = annotations.of(run.id);
  const accuracy = valAccuracyOf(summary);
  const interval = summary.evaluated.validation?.accuracyInterval;
  const { gain, otherImages } = gainOf(run, byId);
  const shared = otherImages ? ', on the images that both share' : '';
  const row = (head: string, value: string | null | undefined) => (value == null ? [] : [`| ${head} | ${value} |`]);
  const lines = [
    `**${escape(said.name ?? `${stage.size} px`)}** · ${stateTextOf(run)}${said.starred ? ' · ★' : ''}`,
    '',
    ...(summary.message === null ? [] : [escape(summary.message), '']),
    '| | |',
    '|:--|:--|',
    ...row(
      'val\\_accuracy',
      accuracy === null
        ? null
        : `${percent(accuracy)}${interval ? ` (${(interval[0] * 100).toFixed(1)}–${(interval[1] * 100).toFixed(1)})` : ''}, used for selection`,
    ),
    ...row('gain', gain === null ? null : `${points(gain)} pt over its parent${shared}`),
    ...row('gain', gain === null && otherImages ? 'none: its parent was scored on other images or labels' : null),
    ...row('control of', manifest.config.control ? `\`${manifest.config.control.runId}\`` : null),
    ...row('val\\_loss', summary.evaluated.validation ? loss(summary.evaluated.validation.loss) : null),
    ...row('epochs', summary.epochs.length > 0 ? `${summary.epochs.length} of at most ${stage.training.epochs}` : null),
    ...row('time', summary.seconds >= 1 ? duration(summary.seconds) : null),
    ...row(
      'grows by',
      stage.extend === null
        ? 'a new network'
        : stage.extend.strategy === 'feeder'
          ? `${stage.extend.feeder} feeder`
          : 'the same layers on larger images',
    ),
    ...row(
      'parameters',
      summary.model
        ? `${count(summary.model.trainableParameters)} of ${count(summary.model.totalParameters)} train`
        : null,
    ),
    ...row('engine', summary.engine ? `${summary.engine.name}, ${summary.engine.mode}` : null),
    ...row('begun', shortTime(manifest.created, now)),
    ...row('in', escape(folderName)),
    ...row('tags', said.tags.length > 0 ? escape(said.tags.join(', ')) : null),
    ...row('id', `\`${run.id}\``),
    ...(said.note === '' ? [] : ['', escape(said.note)]),
  ];
  return new vscode.MarkdownString(lines.join('\n'));
}
