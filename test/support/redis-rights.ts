import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';

/** The rights that docs/deployment.md says are enough, for the queue prefix of any test. */
export const RIGHTS = /ACL SETUSER wallet on >SECRET ([^\n]+)/
  .exec(readFileSync(join(PROJECT_ROOT, 'docs/deployment.md'), 'utf8'))![1]!
  .replaceAll('wallet:', 'test_*:');
