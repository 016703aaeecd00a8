import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The first of `names` that can be executed in a folder of `path` (`PATH` syntax), links followed; null if none can. */
export function findProgram(path: string, ...names: string[]): string | null {
  for (const name of names) {
    for (const folder of path.split(':').filter(Boolean)) {
      const file = join(folder, name);
      if (isExecutable(file)) return realpathSync(file);
    }
  }
  return null;
}

/**
 * The folder with both `postgres` and `initdb`: on the path, or the newest of where Debian and its children put the
 * server (they keep it off the path on purpose); null if there is none.
 */
export function findPostgresFolder(path: string, debianRoot = '/usr/lib/postgresql'): string | null {
  const candidates = [
    ...path.split(':').filter(Boolean),
    ...listFolder(debianRoot)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(debianRoot, version, 'bin')),
  ];
  for (const folder of candidates) {
    if (!isExecutable(join(folder, 'postgres'))) continue;
    const real = dirname(realpathSync(join(folder, 'postgres')));
    if (isExecutable(join(real, 'initdb'))) return real;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
