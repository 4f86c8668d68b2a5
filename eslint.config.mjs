import tseslint from 'typescript-eslint';

// Who may import whom stands in .dependency-cruiser.cjs; here is what one file may contain.
export default tseslint.config(
  {
    ignores: ['dist', 'demo', '.tools', 'node_modules', 'test/fixtures', '**/.vscode-test', '.upsize', 'bench/.peers'],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "Property[key.name='shell'][value.value=true]",
          message: 'No shell strings: pass an argument array.',
        },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['trainer/**/*.ts'],
    ignores: ['trainer/main.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only trainer/main.ts ends the process.' },
        { object: 'process', property: 'argv', message: 'Only trainer/main.ts reads the command line.' },
      ],
      'no-restricted-imports': ['error', { paths: ['vscode'] }],
    },
  },
  {
    files: ['trainer/protocol/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: ['vscode', 'sharp'], patterns: ['@tensorflow/*', '@vscode/*'] }],
    },
  },
  {
    files: ['extension/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: ['sharp'], patterns: ['@tensorflow/*', '@vscode/webview-ui-toolkit*'] },
      ],
    },
  },
  {
    // `activate` constructs, registers and subscribes; what is more belongs into a feature.
    files: ['extension/extension.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 79 }] },
  },
  {
    files: ['webviews/**/*.ts', 'webviews/**/*.tsx'],
    ignores: ['webviews/ui/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['@vscode/webview-ui-toolkit*', '@vscode-elements/*', 'node:*'] }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
