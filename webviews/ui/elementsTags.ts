import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

/** The successor of the archived toolkit under the same names: the contract tests run against both. */
export const tags = {
  button: 'vscode-button',
  checkbox: 'vscode-checkbox',
  textField: 'vscode-textfield',
  dropdown: 'vscode-single-select',
  option: 'vscode-option',
} as const;

/** The elements define themselves when they are imported. */
export function registerTags(): void {}
