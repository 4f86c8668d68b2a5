import { strict as assert } from 'node:assert';
import { interleave } from '../../../bench/interleave.ts';

const ready = `console.log('{"ready":true}');`;
const steady = `${ready} process.stdin.on('data', (text) => console.log('{"seconds":' + Number(text) / 4 + '}'))`;
const killed = `${ready} process.stdin.on('data', () => process.kill(process.pid, 'SIGKILL'))`;
const peer = (name: string, script: string, mayBeKilled = false) => ({
  ...{ name, file: process.execPath, values: ['-e', script], mayBeKilled },
});
const options = { rounds: 2, seconds: 0.1, unitsPerStep: 10, oneAtATime: false };

describe('contenders in turns', () => {
  it('have a figure a round each, in units a second', async () => {
    const figures = await interleave([peer('a', steady), peer('b', steady)], options);
    assert.deepEqual(Object.fromEntries(figures), { a: [40, 40], b: [40, 40] });
  });

  it('go on without one that is killed, where that may be', async function () {
    if (process.platform === 'win32') this.skip();
    const commands = (mayBeKilled: boolean) => [peer('a', steady), peer('b', killed, mayBeKilled)];
    const figures = await interleave(commands(true), options);
    assert.deepEqual(Object.fromEntries(figures), { a: [40, 40], b: [] });
    await assert.rejects(interleave(commands(false), options), /b ended with SIGKILL/);
  });
});
