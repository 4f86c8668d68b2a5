import path from 'node:path';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { requestLike } from './requestLike.ts';
import { commandLine, trainArguments } from './trainArguments.ts';

/**
 * The command line that trains a run like this one. It works in the workspace folder, or with `workspace`, its absolute path,
 * wherever it is typed: of several folders a terminal opens in any.
 */
export function commandLike(run: Run, workspace: string | null): string {
  const { configFile } = run.manifest.config;
  const config =
    configFile === null || configFile === 'upsize.json'
      ? {}
      : { config: workspace === null ? configFile : path.join(workspace, configFile) };
  const args = trainArguments({ ...requestLike(run), ...config });
  return commandLine([...args, ...(workspace === null ? [] : ['--workspace', workspace])]);
}
