import { strict as assert } from 'node:assert';
import { commandLine, trainArguments } from '../../../extension/trainer/trainArguments.ts';
import { childEnvironment } from '../../../extension/trainer/childEnvironment.ts';
import { escapeMarkdown } from '../../../extension/prediction/predictionMarkdown.ts';

describe('what the extension hands to others', () => {
  it('is the command line of what was asked for', () => {
    const args = trainArguments({
      what: { stage: 1 },
      from: 'a-48',
      config: '/w/upsize.json',
      changes: {
        epochs: 3,
        learningRate: 0.01,
        batchSize: 8,
        freeze: ['conv*', 'dense'],
        extend: { strategy: 'feeder', feeder: 'lean', cut: 'wholeTrunk' },
      },
    });
    assert.equal(
      args.join(' '),
      'train --stage 2 --from a-48 --config /w/upsize.json --epochs 3 --learning-rate 0.01 --batch-size 8 --freeze conv*,dense --strategy feeder --feeder lean --cut wholeTrunk',
    );
    assert.deepEqual(trainArguments({ what: 'newLadder' }), ['train', '--new-ladder']);
    const resized = {
      extend: { strategy: 'resize' as const, trainableFrom: 'dense' },
      seed: 7,
      engine: 'wasm' as const,
    };
    assert.equal(
      trainArguments({ what: { stage: 1, newLadder: true }, changes: resized }).join(' '),
      'train --stage 2 --new-ladder --strategy resize --trainable-from dense --seed 7 --engine wasm',
    );
  });

  it('can be pasted into a shell', () => {
    assert.equal(commandLine(['train', '--config', "it's here.json"]), `upsize train --config 'it'\\''s here.json'`);
    assert.equal(commandLine(['train', '--freeze', 'conv*']), `upsize train --freeze 'conv*'`);
  });

  it('holds none of the user’s secrets', () => {
    const environment = childEnvironment({
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 's',
      GITHUB_TOKEN: 't',
      UPSIZE_ENGINE: 'wasm',
    });
    assert.deepEqual(environment, { PATH: '/bin', UPSIZE_ENGINE: 'wasm' });
  });

  it('shows names of classes and files as nothing but text', () => {
    for (const name of ['<img onerror=x>', '[a](command:x)', '![x](http://y)', '`code`', '| a | b |', 'a\n\n# b']) {
      const escaped = escapeMarkdown(name);
      assert.equal(/(?<!\\)[<>[\]()`|#!]/.test(escaped), false, escaped);
      assert.equal(escaped.includes('\n'), false);
    }
    assert.ok(escapeMarkdown('x'.repeat(10_000)).length < 200);
  });
});
