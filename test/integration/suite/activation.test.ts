import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';

describe('the extension', () => {
  const extension = () => {
    const found = vscode.extensions.getExtension('upsize.upsize');
    assert.ok(found, 'VS Code does not know the extension upsize.upsize');
    return found;
  };

  it('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });
});
