import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The first of `names` that can be executed in a folder of `path` (`PATH` syntax); null if none can. Links are not
 * resolved: a program may depend on the name it is called by, as Debian's `redis-server` (a link to `redis-check-rdb`)
 * does.
 */
export function findProgram(path: string, ...names: string[]): string | null {
  for (const name of names) {
    for (const folder of foldersOf(path)) {
      const file = join(folder, name);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

/** Every program `name` on the path and where Debian installs those of each version of Postgres. */
export function findPrograms(path: string, name: string, debianRoot = '/usr/lib/postgresql'): string[] {
  const folders = [...foldersOf(path), ...listFolder(debianRoot).map((version) => join(debianRoot, version, 'bin'))];
  return [...new Set(folders)].map((folder) => join(folder, name)).filter(isExecutable);
}

/**
 * Folders with both `postgres` and `initdb`, best first: those on the path, then where Debian and its derivatives
 * install each major version (they keep it off the path on purpose), newest first.
 */
export function findPostgresFolders(path: string, debianRoot = '/usr/lib/postgresql'): string[] {
  const candidates = [
    ...foldersOf(path),
    ...listFolder(debianRoot)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(debianRoot, version, 'bin')),
  ];
  const found = candidates.flatMap((folder) => {
    if (!isExecutable(join(folder, 'postgres'))) return [];
    // If only the server is linked into the path, `initdb` is beside the link's target.
    const real = dirname(realpathSync(join(folder, 'postgres')));
    return [folder, real].filter((each) => SERVER_PROGRAMS.every((name) => isExecutable(join(each, name)))).slice(0, 1);
  });
  return [...new Set(found)];
}

const SERVER_PROGRAMS = ['postgres', 'initdb'];

function foldersOf(path: string): string[] {
  return path.split(':').filter(Boolean);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // For root, a folder is executable too.
    return statSync(file).isFile();
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
