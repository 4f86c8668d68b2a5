import { strict as assert } from 'node:assert';
import { Contender, type ContenderCommand } from '../../../bench/contender.ts';

function program(script: string, more: Partial<ContenderCommand> = {}): ContenderCommand {
  return { name: 'peer', file: process.execPath, values: ['-e', script], ...more };
}

const ready = `console.log('{"ready":true}');`;

describe('a contender of a benchmark', () => {
  it('measures, passing over whatever else the program prints', async () => {
    const script = `${ready} process.stdin.on('data', (text) => console.log('hm\\n{"seconds":' + Number(text) / 4 + '}'))`;
    const peer = await Contender.start(program(script));
    assert.equal(await peer.measure(10), 2.5);
    await peer.stop();
  });

  it('is killed, and says so, when it does not answer', async () => {
    const peer = await Contender.start(program(`${ready} process.stdin.resume()`, { silentMs: 1500 }));
    await assert.rejects(peer.measure(1), /peer ended with SIGKILL: killed: it has not answered for 1\.5 s/);
    await peer.stop();
  });

  it('ends with its own words when it cannot start', async () => {
    const broken = program(`console.error('no such package'); process.exit(2)`);
    await assert.rejects(Contender.start(broken), /peer ended with 2: no such package/);
  });
});
