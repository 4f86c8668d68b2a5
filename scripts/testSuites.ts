import { existsSync, globSync } from 'node:fs';
import path from 'node:path';

/** One part of the tests: a command, and how its results are counted. */
export interface TestSuite {
  name: string;
  /** Arguments of Node. */
  command: string[];
  /** `check`: passes or fails as a whole. `mocha`: the reporter writes a summary, inside VS Code too. */
  counted: 'check' | 'mocha';
  /** Runs beside the tests: it needs one core and nothing that they use. */
  beside: boolean;
}

const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
const reporter = path.join('scripts', 'summaryReporter.cjs');
const defaultTimeoutMs = 60_000;
/** Folders whose imports are held against .dependency-cruiser.cjs. */
const worlds = ['trainer', 'extension', 'webviews', 'samples', 'bench', 'scripts', 'test'];

/**
 * The suites of `npm test`, in their order; `test:soak` has its own. Words that name suites choose them; all others choose test
 * files by a part of their path. Suites without files are left out.
 */
export function testSuites(repository: string, words: readonly string[], soak: boolean): TestSuite[] {
  const mochaSuite = (name: string, folder: string, files: string[]): TestSuite[] => {
    const all = globSync(`${folder}/**/*.test.ts`, { cwd: repository }).sort();
    const chosen = files.length === 0 ? all : all.filter((file) => files.some((word) => file.includes(word)));
    if (chosen.length === 0) return [];
    const command = [mocha, '--exit', '--timeout', String(defaultTimeoutMs), '--reporter', reporter, ...chosen];
    return [{ name, command, counted: 'mocha', beside: false }];
  };
  const names = soak ? ['soak'] : ['lint', 'fences', 'types', 'unit', 'trainer', 'browser', 'editor', 'windows'];
  const chosenNames = words.filter((word) => names.includes(word));
  const files = words.filter((word) => !names.includes(word));
  const isChosen = (name: string) => chosenNames.length === 0 || chosenNames.includes(name);
  // A word for files means tests: nobody who names a file waits for the linter.
  const withChecks = files.length === 0;
  const suites: TestSuite[] = [];
  for (const name of names.filter(isChosen)) {
    if (name === 'lint' && withChecks) {
      const eslint = path.join('node_modules', 'eslint', 'bin', 'eslint.js');
      suites.push({ name, command: [eslint, '.', '--max-warnings', '0'], counted: 'check', beside: true });
    } else if (name === 'fences' && withChecks) {
      const depcruise = path.join('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
      suites.push({ name, command: [depcruise, ...worlds], counted: 'check', beside: true });
    } else if (name === 'types' && withChecks) {
      suites.push({ name, command: [path.join('scripts', 'types.mjs')], counted: 'check', beside: true });
    } else if (name === 'editor') {
      const entry = path.join('test', 'integration', 'runVscodeTests.ts');
      const wanted = existsSync(path.join(repository, entry)) && (withChecks || chosenNames.includes('editor'));
      if (wanted) suites.push({ name, command: [entry, ...files], counted: 'mocha', beside: false });
    } else if (name === 'windows') suites.push(...mochaSuite(name, 'test/integration/windows', files));
    else if (name === 'unit' || name === 'trainer' || name === 'browser' || name === 'soak') {
      suites.push(...mochaSuite(name, `test/${name}`, files));
    }
  }
  return suites;
}
