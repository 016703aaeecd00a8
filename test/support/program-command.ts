import { join } from 'node:path';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';

/** Whether the service and its commands run as `npm run build` built them, and start in half the time, or from their source. */
const ARE_BUILT = process.env['TEST_PROGRAMS'] === 'built';

/** The command that runs a program of this project, given as the path of its source, in `PROJECT_ROOT`. */
export function programCommand(source: string): [string, ...string[]] {
  const [, workspace, program] = /^(api|client|local|shared|worker)\/src\/(.+)\.ts$/.exec(source) ?? [];
  if (ARE_BUILT && workspace && program)
    return [process.execPath, join(PROJECT_ROOT, workspace, 'dist', `${program}.js`)];
  return [process.execPath, ...RUN_SOURCE, join(PROJECT_ROOT, source)];
}
