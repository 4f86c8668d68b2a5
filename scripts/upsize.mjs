#!/usr/bin/env node
// The command line in a clone: runs the built trainer on a Node that is new enough, without asking the user to have one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { repository, suitableNode } from './suitableNode.mjs';

const bundle = path.join(repository, 'dist', 'trainer.cjs');
if (!existsSync(bundle)) {
  console.error('upsize is not built yet in this clone: run "npm run build" first.');
  process.exit(1);
}
const child = spawn(suitableNode() ?? process.execPath, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the child by itself; this process only waits for what the child makes of it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('error', (error) => {
  console.error(`upsize could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
