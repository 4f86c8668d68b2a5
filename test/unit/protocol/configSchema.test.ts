import { strict as assert } from 'node:assert';
import * as z from 'zod';
import { configSchema } from '../../../trainer/protocol/config.ts';

const nodeSchema = z.looseObject({
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** Every property of a JSON Schema, at any depth, by its path, with what an editor's hover says of it. */
function descriptions(node: unknown, at = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof node !== 'object' || node === null) return found;
  if (Array.isArray(node)) {
    // Alternatives stand in one place; each must say what its own properties are.
    for (const [index, each] of node.entries()) {
      for (const [path, text] of descriptions(each, `${at}|${index}`)) found.set(path, text);
    }
    return found;
  }
  const { properties = {}, ...rest } = nodeSchema.parse(node);
  for (const [name, property] of Object.entries(properties)) {
    const path = `${at}.${name}`;
    found.set(path, nodeSchema.parse(property).description ?? '');
    for (const [below, text] of descriptions(property, path)) found.set(below, text);
  }
  for (const value of Object.values(rest)) for (const [below, text] of descriptions(value, at)) found.set(below, text);
  return found;
}

describe('the schema of upsize.json, as editors show it', () => {
  const found = descriptions(z.toJSONSchema(configSchema, { io: 'input' }));

  it('explains every property', () => {
    assert.ok(found.size > 60, `${found.size} properties`);
    const silent = [...found].filter(([, text]) => text === '').map(([path]) => path);
    assert.deepEqual(silent, []);
  });

  it('says of what a stage overrides what `training` says of it', () => {
    for (const name of ['epochs', 'batchSize', 'learningRate', 'optimizer', 'earlyStopping', 'augmentation']) {
      const general = found.get(`.training.${name}`);
      const own = found.get(`.stages.${name}`);
      assert.ok(general !== undefined && own?.startsWith(general), `${name}: ${own}`);
    }
  });
});
