import { existsSync } from 'node:fs';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Types of packages that are not installed cannot be checked: the peers of the benchmark are linted where they are.
const hasPeers = existsSync(new URL('bench/peers/node_modules', import.meta.url));

export default tseslint.config(
  // What is written by a program is checked where it is written.
  { ignores: ['sdk/src/api.ts'] },
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', '.data/', ...(hasPeers ? [] : ['bench/peers/'])] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      // One program of all sources: with a program for each workspace, what they share is read and checked again, 86 s for 63.
      parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // The compiler asks for brackets (noPropertyAccessFromIndexSignature).
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNullish: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/config.ts', '**/main.ts', '**/commands/*.ts', 'local/src/start.ts', 'bench/**', 'test/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Configuration is read in config and passed in.' },
        { object: 'URL', property: 'canParse', message: 'Once Node 20 has optimised it, it refuses letters as ü.' },
      ],
    },
  },
  { files: ['console/src/**/*.tsx', 'console/src/**/*.ts'], extends: [reactHooks.configs.flat.recommended] },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
    },
  },
);
