import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import * as z from 'zod';

const manifestSchema = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string() })),
    languageModelTools: z.array(z.object({ name: z.string() })),
  }),
});

describe('the extension', () => {
  const extension = () => {
    const found = vscode.extensions.getExtension('upsize.upsize');
    assert.ok(found, 'VS Code does not know the extension upsize.upsize');
    return found;
  };

  it('activates, and has a command and a tool behind each that it shows', async () => {
    await extension().activate();
    const { contributes } = manifestSchema.parse(extension().packageJSON);
    const commands = (await vscode.commands.getCommands(true)).filter((id) => /^upsize\.[a-zA-Z]+$/.test(id));
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((command) => !commands.includes(command)),
      [],
    );
    const tools = vscode.lm.tools.map(({ name }) => name);
    assert.deepEqual(
      contributes.languageModelTools.map(({ name }) => name).filter((name) => !tools.includes(name)),
      [],
    );
  });
});
