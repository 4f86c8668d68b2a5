import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { configSchema } from '../../../trainer/protocol/config.ts';
import { describeProblem, parseConfig, readConfig } from '../../../trainer/protocol/readConfig.ts';

const said = (text: string) => parseConfig(text).problems.map((problem) => describeProblem('upsize.json', problem));

describe('readConfig', () => {
  it('takes the smallest config, comments and trailing commas, and fills in every default', () => {
    const { config } = parseConfig('\uFEFF// mine\n{ "dataset": "photos", /* all else by default */ }');
    assert.deepEqual(config, configSchema.parse({ dataset: 'photos' }));
    assert.deepEqual(
      config?.stages.map((stage) => stage.size),
      [48, 96, 192],
    );
  });

  it('names line, column, value and fix of a wrong value', () => {
    assert.deepEqual(said('{\n  "dataset": "photos",\n  "training": { "learningRate": 20 }\n}'), [
      'upsize.json:3:33: training.learningRate is 20. Set it to at most 10.',
    ]);
    assert.deepEqual(said('{ "dataset": "photos",\r\n  "stages": [{ "size": "48" }] }'), [
      'upsize.json:2:24: stages[0].size is "48". It must be a whole number.',
    ]);
  });

  it('asks whether a mistyped key or name was meant to be a known one', () => {
    assert.deepEqual(said('{ "dataset": "photos", "trainng": {} }'), [
      'upsize.json:1:24: There is no "trainng" here. Did you mean "training"?',
    ]);
    assert.deepEqual(said('{ "dataset": { "pth": "photos" } }'), [
      'upsize.json:1:16: There is no "pth" in dataset. Did you mean "path"?',
    ]);
    assert.deepEqual(said('{ "dataset": "p", "training": { "optimizer": { "name": "rmsporp" } } }'), [
      'upsize.json:1:56: training.optimizer.name is "rmsporp". Did you mean "rmsprop"?',
    ]);
    assert.deepEqual(
      said('{ "dataset": "p", "stages": [{ "size": 48, "extend": { "strategy": "feeder", "feeder": "big" } }] }'),
      ['upsize.json:1:88: stages[0].extend.feeder is "big". It can be "residual", "lean" or "article".'],
    );
  });

  it('lists what is known where no name is near', () => {
    const [problem] = parseConfig('{ "dataset": "p", "zzzzzz": 1 }').problems;
    assert.match(problem?.fix ?? '', /^Known are .*training.* or /);
    assert.equal(problem?.replacement, null);
  });

  it('offers what to write instead, at the place where it stands', () => {
    const text = '{ "dataset": "p", "stages": [{ "size": 48, "freeze": "parnt" }], "sed": 3 }';
    let corrected = text;
    for (const { offset, length, replacement, isKey } of parseConfig(text).problems.toReversed()) {
      const written = isKey ? JSON.stringify(replacement) : (replacement ?? '');
      corrected = corrected.slice(0, offset) + written + corrected.slice(offset + length);
    }
    assert.equal(corrected, '{ "dataset": "p", "stages": [{ "size": 48, "freeze": "parent" }], "seed": 3 }');
    assert.deepEqual(parseConfig(corrected).problems, []);
  });

  it('says what is missing, and that a file is empty, of a newer version, or not JSON', () => {
    assert.deepEqual(said('{}'), [
      'upsize.json:1:1: "dataset" is missing. Add the folder of your images, for example "dataset": "photos".',
    ]);
    assert.match(said(' \n')[0] ?? '', /The file is empty\. Write at least/);
    assert.match(said('{ "dataset": "p", "version": 99 }')[0] ?? '', /made for a newer Upsize/);
    assert.deepEqual(said('{\n  "dataset": "p"\n  "seed": 1\n}'), [
      'upsize.json:3:3: Not JSON: comma expected. Put a comma between two entries.',
    ]);
    assert.match(said('{ "dataset": "C:\\photos" }')[0] ?? '', /Write a backslash as "\\\\", or use "\/" in paths\./);
  });

  it('reports a file that is not there or is a folder as a problem, not as an exception', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-config-'));
    try {
      assert.match(readConfig(path.join(folder, 'none.json')).problems[0]?.message ?? '', /no such file/);
      assert.match(readConfig(folder).problems[0]?.message ?? '', /EISDIR/);
      writeFileSync(path.join(folder, 'upsize.json'), '{ "dataset": "a b" }');
      assert.equal(readConfig(path.join(folder, 'upsize.json')).config?.dataset, 'a b');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('never throws, and has a problem inside the text or a config, whatever the text is', () => {
    const json = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.jsonValue().map((value) => JSON.stringify({ dataset: value, training: value, stages: [value] })),
    );
    fc.assert(
      fc.property(json, (text) => {
        const { config, problems } = parseConfig(text);
        if (config !== null) return problems.length === 0;
        return (
          problems.length > 0 &&
          problems.every(({ offset, line, column }) => offset <= text.length && line > 0 && column > 0)
        );
      }),
      { numRuns: 300 },
    );
  });
});
