import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PACKAGE = dirname(createRequire(import.meta.url).resolve('jest/package.json'));

/** Arguments of `node` that run Jest. Its workers get those before the file too; programs that tests start do not. */
export const JEST_COMMAND = [
  // Jest loads ES modules by `vm.SourceTextModule`, which Node hides behind this, and calls experimental in every process.
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(PACKAGE, 'bin/jest.js'),
];
