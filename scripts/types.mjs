// Checks the types of every world, two at a time: each has a tsconfig of its own. Names worlds to check only those.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { repository } from './suitableNode.mjs';

const worlds = ['trainer', 'extension', 'webviews', 'samples', 'scripts', 'bench', 'test'];
const wanted = process.argv.slice(2);
const queue = worlds.filter((world) => wanted.length === 0 || wanted.includes(world));
const compiler = path.join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
let failed = 0;

await Promise.all([checkNext(), checkNext()]);
process.exitCode = failed > 0 ? 1 : 0;

async function checkNext() {
  for (let world = queue.shift(); world !== undefined; world = queue.shift()) {
    const config = path.join(world, 'tsconfig.json');
    if (!existsSync(path.join(repository, config))) continue;
    const { code, output } = await check(config);
    // A world without sources yet is no fault.
    const bad = code !== 0 && !output.includes('error TS18003');
    if (bad) failed++;
    console.log(`${bad ? 'wrong' : 'right'}: ${world}${bad ? `\n${output.trimEnd()}` : ''}`);
  }
}

function check(config) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', config, '--pretty', 'false'], { cwd: repository });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('close', (code) => resolve({ code, output }));
  });
}
