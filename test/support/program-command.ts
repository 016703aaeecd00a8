import { join } from 'node:path';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';

/** Whether the service and its commands run from their builds, and start in half the time, or from their sources. */
export const ARE_BUILT = process.env['TEST_PROGRAMS'] === 'built';

/**
 * Programs that `bundlePrograms` puts into one file, and that file without its ending. An API or a worker reads about a thousand files
 * before it does anything, which is more than half of the processor time of its start (0.7 s, and 0.3 s from one file), and tests
 * start some hundreds of them. Commands read few.
 */
export const BUNDLES: Readonly<Record<string, string>> = {
  'api/src/main.ts': 'test/dist/bundles/api',
  'worker/src/main.ts': 'test/dist/bundles/worker',
};

/** Workspaces whose builds contain more than `src`. */
const BUILT_WHOLE: readonly string[] = ['bench', 'test'];

/**
 * The command that runs a program of this project, given as the path of its source, in `PROJECT_ROOT`. Of what is built, an API or a
 * worker runs from its bundle, unless the file that is shipped is asked for.
 */
export function programCommand(
  source: string,
  { asShipped = false }: { asShipped?: boolean | undefined } = {},
): [string, ...string[]] {
  const bundle = ARE_BUILT && !asShipped ? BUNDLES[source] : undefined;
  if (bundle !== undefined) return [process.execPath, join(PROJECT_ROOT, `${bundle}.mjs`)];
  const built = ARE_BUILT ? builtFrom(source) : null;
  if (built !== null) return [process.execPath, join(PROJECT_ROOT, built)];
  return [process.execPath, ...RUN_SOURCE, join(PROJECT_ROOT, source)];
}

/** Where `npm run build` leaves what it makes of a source: beside `src`, or, where other folders are built too, with all of them. */
function builtFrom(source: string): string | null {
  const [, workspace, path] = /^(\w+)\/(.+)\.ts$/.exec(source) ?? [];
  if (workspace === undefined || path === undefined) return null;
  return join(workspace, 'dist', `${BUILT_WHOLE.includes(workspace) ? path : path.replace(/^src\//, '')}.js`);
}
