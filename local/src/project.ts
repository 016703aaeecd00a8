import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout. */
export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Arguments of `node` that run a TypeScript file of this project, in `PROJECT_ROOT`, without building it. */
export const RUN_SOURCE = ['--conditions=source', '--import=tsx'];

export const MIGRATIONS_FOLDER = join(PROJECT_ROOT, 'migrations');
