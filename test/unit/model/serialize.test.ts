import { strict as assert } from 'node:assert';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { openModelFolder } from '../../../trainer/model/modelFolder.ts';
import { readWeights } from '../../../trainer/model/modelWeights.ts';
import { modelArtifacts, modelLimits, openModel, type ModelMetadata } from '../../../trainer/model/serialize.ts';
import { answers, noise, tinyNet, useCpu } from './tinyModels.ts';

const metadata: ModelMetadata = { version: 1, classNames: ['a', 'b', 'c'], size: 8, fit: 'crop', baseSize: 16 };

function saved() {
  const model = tinyNet({ batchNormalization: true, dropout: 0.5 });
  const artifacts = modelArtifacts(model, metadata);
  const expected = answers(model, noise(3, 8), 8);
  model.dispose();
  return { artifacts, expected };
}

/** The model's JSON with every `from` made `to`. */
function changed(modelJson: string, from: string, to: string): string {
  assert.ok(modelJson.includes(from), `nothing to change: ${from}`);
  return modelJson.replaceAll(from, to);
}

describe('serialize', () => {
  before(useCpu);
  it('brings back the same answers and metadata', () => {
    const { artifacts, expected } = saved();
    const before = tf.memory().numTensors;
    const opened = openModel(artifacts);
    assert.deepEqual(answers(opened.model, noise(3, 8), 8), expected);
    assert.deepEqual(opened.metadata, metadata);
    opened.model.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('reads weights that lie within the memory of a larger Buffer, as those of a small checkpoint do', () => {
    const { artifacts, expected } = saved();
    const memory = Buffer.alloc(artifacts.weights.byteLength + 13, 0xff);
    memory.set(artifacts.weights, 13);
    const opened = openModel({ ...artifacts, weights: memory.subarray(13) });
    assert.deepEqual(answers(opened.model, noise(3, 8), 8), expected);
    opened.model.dispose();
  });

  it('writes what plain tfjs opens', async () => {
    const { artifacts, expected } = saved();
    const json: unknown = JSON.parse(artifacts.modelJson);
    assert.ok(tf.io.isHTTPScheme !== undefined && typeof json === 'object' && json !== null);
    const { modelTopology, weightsManifest } = json as tf.io.ModelJSON;
    const handler = tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: artifacts.weights.slice().buffer,
    });
    const model = await tfl.loadLayersModel(handler);
    assert.deepEqual(answers(model, noise(3, 8), 8), expected);
    model.dispose();
  });

  it('writes the weights that it is given', () => {
    const model = tinyNet();
    const best = readWeights(model).map((weight) => ({ ...weight, data: weight.data.map((value) => value + 1) }));
    const opened = openModel(modelArtifacts(model, metadata, best));
    assert.deepEqual(readWeights(opened.model), best);
    opened.model.dispose();
    model.dispose();
  });

  it('refuses layers that are not on its list', () => {
    const { artifacts } = saved();
    const modelJson = changed(artifacts.modelJson, '"class_name":"GlobalAveragePooling2D"', '"class_name":"Lambda"');
    assert.throws(
      () => openModel({ ...artifacts, modelJson }),
      /"s8_globalAverage" is a Lambda, which Upsize does not open/,
    );
    const inherited = changed(
      artifacts.modelJson,
      '"class_name":"GlobalAveragePooling2D"',
      '"class_name":"constructor"',
    );
    assert.throws(() => openModel({ ...artifacts, modelJson: inherited }), /is a constructor, which/);
  });

  it('refuses more weights than the limit before it allocates any', () => {
    const { artifacts } = saved();
    const modelJson = changed(artifacts.modelJson, '"units":5', '"units":65000').replaceAll(
      '"units":3',
      '"units":60000',
    );
    const before = tf.memory().numBytes;
    assert.throws(() => openModel({ ...artifacts, modelJson }), /would need 15\d{9} bytes/);
    assert.equal(tf.memory().numBytes, before);
  });

  it('refuses a layer whose output alone would fill the memory', () => {
    const { artifacts } = saved();
    const limits = { ...modelLimits, outputBytes: 1000 };
    assert.throws(() => openModel(artifacts, limits), /"s8_conv1" would give 1024 bytes for one image/);
  });

  it('refuses weights that do not belong: cut off, of another shape, listed twice', () => {
    const { artifacts } = saved();
    assert.throws(() => openModel({ ...artifacts, weights: artifacts.weights.subarray(4) }), /may have been cut off/);
    const reshaped = changed(
      artifacts.modelJson,
      '"name":"s8_dense/bias","shape":[5]',
      '"name":"s8_dense/bias","shape":[6]',
    );
    assert.throws(
      () => openModel({ ...artifacts, modelJson: reshaped }),
      /"s8_dense\/bias" \[6\] that its layers do not have/,
    );
    const twice = changed(
      artifacts.modelJson,
      '"name":"s8_conv1/bias","shape":[4]',
      '"name":"s8_conv2/bias","shape":[4]',
    );
    assert.throws(() => openModel({ ...artifacts, modelJson: twice }), /lists \d+ weights/);
  });

  it('refuses paths that lead elsewhere, other versions, cut-off JSON, and classes that do not fit', () => {
    const { artifacts } = saved();
    const refuses = (from: string, to: string, message: RegExp) => {
      assert.throws(() => openModel({ ...artifacts, modelJson: changed(artifacts.modelJson, from, to) }), message);
    };
    refuses('"paths":["weights.bin"]', '"paths":["../../weights.bin"]', /paths/);
    refuses(
      '"classNames":["a","b","c"]',
      '"classNames":["a","b"]',
      /gives 3; its metadata says 8 pixels and 2 classes/,
    );
    refuses('"upsize":{"version":1', '"upsize":{"version":2', /version/);
    assert.throws(() => openModel({ ...artifacts, modelJson: artifacts.modelJson.slice(0, -9) }), /not JSON/);
  });

  it('opens or refuses any damaged file, and leaves no tensor behind', () => {
    const { artifacts } = saved();
    const { modelJson } = artifacts;
    const before = tf.memory().numTensors;
    const damage = fc.record({
      at: fc.nat(modelJson.length - 1),
      text: fc.constantFrom('', '0', '9', '"', '[', '}', ',', 'x'),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const damaged = damages.reduce(
          (json, { at, text }) => json.slice(0, at) + text + json.slice(at + 1),
          modelJson,
        );
        try {
          openModel({ ...artifacts, modelJson: damaged }).model.dispose();
        } catch (error) {
          assert.ok(error instanceof Error && error.message.length > 20, String(error));
          refused++;
        }
        assert.equal(tf.memory().numTensors, before);
      }),
      { numRuns: 150, seed: 1 },
    );
    assert.ok(refused > 50);
  });

  it('refuses a circle of layers', () => {
    const { artifacts } = saved();
    const modelJson = changed(
      artifacts.modelJson,
      '"inbound_nodes":[[["s8_rescaling",0,0,{}]]]',
      '"inbound_nodes":[[["s8_pool1",0,0,{}]]]',
    );
    assert.throws(() => openModel({ ...artifacts, modelJson }), /missing, or a circle/);
  });

  it('opens a folder, and names it when it cannot', async () => {
    const { artifacts, expected } = saved();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'upsize-model-'));
    try {
      await writeFile(path.join(folder, 'model.json'), artifacts.modelJson);
      await writeFile(path.join(folder, 'weights.bin'), artifacts.weights);
      const opened = await openModelFolder(folder);
      assert.deepEqual(answers(opened.model, noise(3, 8), 8), expected);
      opened.model.dispose();
      await truncate(path.join(folder, 'weights.bin'), 100);
      await assert.rejects(
        openModelFolder(folder),
        (error: Error) => error.message.startsWith(folder) && /cut off/.test(error.message),
      );
      await assert.rejects(openModelFolder(folder, { ...modelLimits, jsonBytes: 10 }), /10 are the most/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
