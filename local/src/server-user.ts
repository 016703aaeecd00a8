import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lchownSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '@wallet/shared/words/config-error';
import { findProgram } from './find-program.ts';

/** The user that an embedded Postgres runs as, which is never root: Postgres refuses that. */
export interface ServerUser {
  /** Words to put before a command. */
  readonly prefix: readonly string[];
  /** Spawn options; empty if it runs as this process's user. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** The owner of its files on the disk. */
  readonly owner: Ids;
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

export const NOBODY: Ids = { uid: 65_534, gid: 65_534 };
/** Inside a namespace. It has a name on every Linux (`daemon` or `bin`), which `initdb` needs. */
const INNER_ID = 1;
const PROBE_MS = 5_000;

/**
 * The user to serve `dataDir` with, whose data, if there is any, is in `data`. For root the candidates are, in this
 * order: the ordinary user who owns the data; root without its privileges, in a namespace; the ordinary user who owns
 * the folder or the one above it; nobody. The first that can enter the folder is used; a folder of root's is made
 * traversable.
 * @throws ConfigError if none can.
 */
export function chooseServerUser(dataDir: string, data: string | null, path: string): ServerUser {
  const uid = process.getuid?.();
  const owner = data === null ? null : ownerOf(data);
  if (uid !== 0) {
    if (uid !== undefined && owner !== null && owner.uid !== uid) {
      throw new ConfigError(
        `The data in ${data} belongs to user ${owner.uid}, and this is user ${uid}: start as that user or as root, or ` +
          `give the data to this one (chown -R ${uid} '${dataDir}').`,
      );
    }
    return { prefix: dieWithParent(path, 'INT'), ids: {}, owner: { uid: uid ?? 0, gid: process.getgid?.() ?? 0 } };
  }
  const folderOwners = [dataDir, dirname(dataDir)].map(ownerOf).filter((ids) => data !== null || hasName(ids, path));
  const users = [
    ...(owner === null ? [] : asUser(owner, path)),
    ...withoutRights(path),
    ...[...folderOwners, NOBODY].flatMap((ids) => asUser(ids, path)),
  ];
  const folders = data === null ? [dataDir] : [dataDir, dirname(data)];
  const user = users.find((each) => folders.every((folder) => canEnter(each, folder)));
  if (user) return user;
  const [nobody] = asUser(NOBODY, path);
  const move = data === null ? '' : ' (move the whole folder there: the data stays as it is)';
  const reason =
    nobody && runs(nobody, ['/bin/sh', '-c', ':'])
      ? `no other user can enter that folder: set DATA_DIR to one that can be reached, such as /var/lib/wallet${move}`
      : 'this process may not become another user: let it (CAP_SETUID, CAP_SETGID, CAP_CHOWN, CAP_DAC_OVERRIDE and CAP_KILL)';
  throw new ConfigError(
    `Postgres cannot serve ${dataDir}: it does not run as root, \`unshare --user\` is missing or not permitted, and ` +
      `${reason}, start as an ordinary user, or set DATABASE_URL.`,
  );
}

/**
 * Makes the user the owner of everything below `data`. @returns whether it belonged to another one.
 * @throws ConfigError if the owner cannot be changed.
 */
export function giveData(data: string, { owner }: ServerUser): boolean {
  const before = ownerOf(data).uid;
  if (process.getuid?.() !== 0 || (before === owner.uid && before !== 0)) return false;
  try {
    // The folder belongs to root until everything in it is changed, so that an interrupted change is repeated.
    chownSync(data, 0, 0);
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (lstatSync(file).uid !== owner.uid) lchownSync(file, owner.uid, owner.gid);
    }
    chownSync(data, owner.uid, owner.gid);
  } catch (error) {
    throw new ConfigError(
      `Postgres does not run as root, and ${data} cannot be given to user ${owner.uid} (${messageOf(error)}): set ` +
        'DATA_DIR to a folder on another file system, start as an ordinary user, or set DATABASE_URL.',
    );
  }
  return before !== owner.uid;
}

/** Words before a command that send it the signal when this process dies; none if that is not supported. */
export function dieWithParent(path: string, signal: 'INT' | 'TERM' | 'KILL'): string[] {
  const setpriv = findProgram(path, 'setpriv');
  if (setpriv === null) return [];
  const words = [setpriv, '--pdeathsig', signal];
  // The one of busybox does not support the option.
  return isPossible([...words, '/bin/sh', '-c', ':']) ? words : [];
}

/** Whether the user can run a command successfully. */
function runs(user: ServerUser, command: readonly string[]): boolean {
  return isPossible([...user.prefix, ...command], { ...user.ids, cwd: '/' });
}

/** Root without any privileges, and with files that stay root's; nothing if user namespaces are not available. */
function withoutRights(path: string): ServerUser[] {
  const unshare = findProgram(path, 'unshare');
  if (unshare === null) return [];
  const words = [unshare, '--user', `--map-user=${INNER_ID}`, `--map-group=${INNER_ID}`];
  if (!isPossible([...words, '/bin/sh', '-c', ':'])) return [];
  // The order matters: entering the namespace changes credentials, which clears the death signal.
  return [{ prefix: [...words, ...dieWithParent(path, 'INT')], ids: {}, owner: { uid: 0, gid: 0 } }];
}

function asUser({ uid, gid }: Ids, path: string): ServerUser[] {
  if (uid === 0) return [];
  // A folder of root's group does not make its owner a member of it.
  const ids = { uid, gid: gid === 0 ? NOBODY.gid : gid };
  return [{ prefix: dieWithParent(path, 'INT'), ids, owner: ids }];
}

function canEnter(user: ServerUser, folder: string): boolean {
  const enter = (target: string): boolean => runs(user, ['/bin/sh', '-c', 'cd -- "$1"', 'sh', target]);
  if (enter(folder)) return true;
  if (ownerOf(folder).uid !== 0 || !enter(dirname(folder))) return false;
  try {
    // Traversable, not listable: each file in it has its own permissions.
    chmodSync(folder, (statSync(folder).mode & 0o777) | 0o011);
  } catch {
    return false;
  }
  return enter(folder);
}

/** Whether the machine has a name for the user: without one, `initdb` refuses. */
function hasName({ uid }: Ids, path: string): boolean {
  const id = findProgram(path, 'id');
  return id === null || isPossible([id, '-un', String(uid)]);
}

function ownerOf(file: string): Ids {
  const { uid, gid } = statSync(file);
  return { uid, gid };
}

function isPossible(command: readonly string[], options: { uid?: number; gid?: number; cwd?: string } = {}): boolean {
  const [file = '', ...args] = command;
  try {
    execFileSync(file, args, { stdio: 'ignore', timeout: PROBE_MS, ...options });
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
