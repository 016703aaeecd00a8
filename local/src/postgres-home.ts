import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from '@wallet/shared/words/config-error';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { NOBODY, type ServerUser, chooseServerUser } from './server-user.ts';

/** Where the server's files are, and which user runs it. */
export interface PostgresHome {
  readonly dataDir: string;
  /** Of the server's binaries. */
  readonly folder: string;
  readonly data: string;
  /** The major version that created the data; null if there is none. */
  readonly major: string | null;
  readonly user: ServerUser;
  /** Sentences about other data that was found. */
  readonly notes: readonly string[];
}

/** @throws ConfigError if the existing data cannot be served. */
export function findPostgresHome(folder: string, path: string, packaged: boolean): PostgresHome {
  const dataDir = resolve(folder);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const link = join(dataDir, 'postgres');
  const major = majorOfData(link);
  const data = major === null ? link : realpathSync(link);
  const notes = describeEarlierHomes(folder, major !== null);
  const user = chooseServerUser(dataDir, major === null ? null : data, path);
  const made = major === null ? null : { folder: data, major };
  const binaries = findPostgresBinaries({ path, packaged, data: made, user, dataDir });
  return { dataDir, folder: binaries, data, major, user, notes };
}

/** @throws ConfigError if the folder cannot be read, or has other contents: it is not treated as empty. */
function majorOfData(data: string): string | null {
  try {
    return readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') {
      throw new ConfigError(`The data in ${data} cannot be read (${code}): start as the user who owns it.`);
    }
  }
  if (existsSync(data) && readdirSync(data).length > 0) {
    throw new ConfigError(
      `${data} has files in it that are not a Postgres database: move it away, or set another ` + `DATA_DIR.`,
    );
  }
  return null;
}

/**
 * Earlier versions that could not drop root's privileges put the data in a folder of nobody's among the temporary files
 * instead of DATA_DIR.
 * @returns a sentence for each such folder that still has data.
 * @throws ConfigError if that is the only data: the operator may want to use it.
 */
function describeEarlierHomes(dataDir: string, hasData: boolean): string[] {
  const names = new Set([dataDir, resolve(dataDir)]);
  const homes = [...names].map((name) => {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
    return join(tmpdir(), `wallet-operations-${hash}`);
  });
  return homes.filter(isEarlierHome).map((home) => {
    const found = `An earlier version, started as root, kept data for this DATA_DIR in ${home}`;
    if (hasData) return `${found}; it is not used. Delete that folder if nothing in it is needed.`;
    throw new ConfigError(
      `${found}, and ${resolve(dataDir)} has none: to keep using it, move it ` +
        `(mv ${home}/postgres ${home}/postgres.password '${resolve(dataDir)}/'); to start afresh, delete that folder.`,
    );
  });
}

/** Any user can create a folder there; only root can create one owned by nobody. */
function isEarlierHome(home: string): boolean {
  return lstatSync(home, { throwIfNoEntry: false })?.uid === NOBODY.uid && existsSync(join(home, 'postgres'));
}
