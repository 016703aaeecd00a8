import { join } from 'node:path';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';

/** Whether programs run as `npm run build` built them, which start in half the time, or from their source. */
const ARE_BUILT = process.env['TEST_PROGRAMS'] === 'built';

/** The command that runs a program of this project, given as the path of its source, in `PROJECT_ROOT`. */
export function programCommand(source: string): [string, ...string[]] {
  if (!ARE_BUILT) return [process.execPath, ...RUN_SOURCE, join(PROJECT_ROOT, source)];
  return [process.execPath, join(PROJECT_ROOT, source.replace('/src/', '/dist/').replace(/\.ts$/, '.js'))];
}
