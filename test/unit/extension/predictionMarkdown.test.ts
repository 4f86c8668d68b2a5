import { strict as assert } from 'node:assert';
import { predictionMarkdown } from '../../../extension/prediction/predictionMarkdown.ts';
import type { PredictImageResult, Prediction } from '../../../trainer/protocol/predictor.ts';

const prediction = (runId: string, size: number): Prediction => ({
  runId,
  size,
  top: [
    { className: 'lime', probability: 0.75 },
    { className: 'kiwi', probability: 0.25 },
  ],
});
const result = (runId: string): PredictImageResult => ({
  file: '/photos/lime/0.png',
  contentHash: '',
  width: 1,
  height: 1,
  prediction: prediction(runId, 48),
  earlier: [prediction('20261101-101010-24-aaaaaa', 24)],
  trueClass: 'kiwi',
  thumbnail: null,
});
const nobody = () => null;

describe('what a hover says of an image', () => {
  it('tells two runs of one size apart, by the name that a person gave or the end of the id', () => {
    const runs = ['20261123-235337-48-6cd4c6', '20261124-101112-48-0a1b2c'];
    const [one, other] = runs.map((id) => predictionMarkdown(result(id), nobody, []));
    assert.match(one ?? '', /by 48 px 6cd4c6$/);
    assert.match(other ?? '', /by 48 px 0a1b2c$/);
    const named = predictionMarkdown(result(runs[0] ?? ''), (id) => (id === runs[0] ? 'my *best*' : null), [
      '[Open](x)',
    ]);
    assert.match(named, /by my \\\*best\\\* \(48 px\) · \[Open\]\(x\)$/);
  });

  it('shows bars, what the earlier stage said, and that the folder says otherwise', () => {
    const text = predictionMarkdown(result('a'), nobody, []);
    assert.match(text, /\| lime \| `█{12}░{4}` \| 75\.0 % \|/);
    assert.match(text, /^folder says kiwi ✗ · 24: lime 75\.0 %$/m);
  });

  it('says what the model thinks before it shows the picture, which is small', () => {
    const text = predictionMarkdown({ ...result('a'), thumbnail: 'data:image/webp;base64,AAAA' }, nobody, [
      '[Open](x)',
    ]);
    assert.match(
      text,
      /by 48 px a · \[Open\]\(x\)\n\n!\[0\\\.png, 1 × 1\]\(data:image\/webp;base64,AAAA\|height=96\)$/,
    );
  });
});
