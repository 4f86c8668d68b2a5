import * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';
import { toolNames, type Tool, type ToolName } from './tool.ts';

async function toolOf(name: ToolName): Promise<Tool> {
  const { languageModelTools } = await import('./languageModelTools.ts');
  const found = languageModelTools.find((tool) => tool.name === name);
  if (!found) throw new Error(`There is no tool ${name}.`);
  return found;
}

/** Registers the tools for language models; their code is loaded when the first of them is asked. */
export function registerLanguageModelTools(context: UpsizeContext): vscode.Disposable[] {
  return toolNames.map((name) =>
    vscode.lm.registerTool<unknown>(name, {
      async prepareInvocation({ input }) {
        await context.folders.ready;
        const confirmationMessages = (await toolOf(name)).confirm(context, input);
        return confirmationMessages ? { confirmationMessages } : {};
      },
      async invoke({ input }) {
        await context.folders.ready;
        const value = await (await toolOf(name)).answer(context, input);
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(value, null, 2))]);
      },
    }),
  );
}
