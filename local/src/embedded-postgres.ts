import { createHash, createHmac, randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, databaseAnswers } from '@wallet/shared/database/pool';
import { type Role, loginOf, makeRolesAt } from '@wallet/shared/database/roles';
import { type Child, findFreePort, isProcess, startChild } from './child.ts';
import { findPostgresBinaries, launchPrefix } from './postgres-binaries.ts';

const START_MS = 30_000;
const STOP_MS = 10_000;
const NOBODY = 65_534;

export interface EmbeddedPostgres {
  /** As the superuser, who migrates. `urlFor` makes those of whoever runs. */
  readonly url: string;
  readonly process: Child;
  /** Fast shutdown. Resolves when the server is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a private Postgres on loopback with its data under `dataDir` (made if missing), a database `wallet`, and users.
 * A server left over from a killed parent is stopped first. `settings` are `postgres -c` settings.
 */
export async function startPostgres(options: {
  dataDir: string;
  path: string;
  port?: number;
  settings?: Record<string, string>;
  /** Use the npm package's server although the machine may have one. */
  packaged?: boolean;
}): Promise<EmbeddedPostgres> {
  const home = homeOf(options.dataDir, options.path, options.packaged ?? false);
  const data = join(home.dataDir, 'postgres');
  await stopLeftOver(data);
  const password = readPassword(home);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(home, data);

  const port = options.port ?? (await findFreePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  };
  const log = join(home.dataDir, 'postgres.log');
  const logFile = openSync(log, 'a');
  const server = startChild([...home.prefix, join(home.folder, 'postgres'), '-D', data, ...flags(settings)], {
    stdio: ['ignore', logFile, logFile],
    env: { LC_ALL: 'C', PATH: options.path },
    ...home.owner,
  });
  const address = `postgres://postgres:${password}@127.0.0.1:${port}`;
  try {
    await waitUntilReady(server, `${address}/postgres`, log);
    await createDatabase(`${address}/postgres`, 'wallet');
    await makeRolesAt(`${address}/postgres`, {
      ...{ api: derivePassword(password, 'api'), worker: derivePassword(password, 'worker') },
      auditor: derivePassword(password, 'auditor'),
    });
  } catch (error) {
    await server.stop('SIGINT', STOP_MS);
    throw error;
  }
  return {
    url: `${address}/wallet`,
    process: server,
    stop: async () => {
      await server.stop('SIGINT', STOP_MS);
    },
  };
}

/** The address of a database of an embedded server, for the user of a role instead of the superuser. */
export function urlFor(role: Role, url: string): string {
  const target = new URL(url);
  target.username = loginOf(role);
  target.password = derivePassword(new URL(url).password, role);
  return target.href;
}

/** Passwords of users follow from that of the superuser, so that only one is kept. */
function derivePassword(password: string, role: Role): string {
  return createHmac('sha256', password).update(role).digest('base64url');
}

interface Home {
  dataDir: string;
  folder: string;
  prefix: string[];
  owner: { uid?: number; gid?: number };
}

/**
 * Where the server lives and as whom. Root without user namespaces runs it as nobody, who may not be able to read the
 * project's folder: then the binaries and the data live in the system's folder for temporary files.
 */
function homeOf(dataDir: string, path: string, packaged: boolean): Home {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const binaries = findPostgresBinaries(path, packaged, majorOfData(join(dataDir, 'postgres')));
  const prefix = launchPrefix(path);
  if (prefix !== null) return { dataDir, folder: binaries.folder, prefix, owner: {} };

  const shared = join(tmpdir(), `wallet-operations-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  chownSync(shared, NOBODY, NOBODY);
  let folder = binaries.folder;
  if (folder.startsWith(binaries.root) && folder.startsWith(homedir())) {
    cpSync(binaries.root, join(shared, 'native'), { recursive: true, verbatimSymlinks: true });
    folder = join(shared, 'native', 'bin');
  }
  return { dataDir: shared, folder, prefix: [], owner: { uid: NOBODY, gid: NOBODY } };
}

/** The major version that made the data; null if there is none. */
function majorOfData(data: string): string | null {
  const file = join(data, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

function readPassword({ dataDir, owner }: Home): string {
  const file = join(dataDir, 'postgres.password');
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
    if (owner.uid !== undefined) chownSync(file, owner.uid, owner.uid);
  }
  return readFileSync(file, 'utf8').trim();
}

async function initialise(home: Home, data: string): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (home.owner.uid !== undefined) chownSync(data, home.owner.uid, home.owner.uid);
  const initdb = startChild(
    [
      ...home.prefix,
      join(home.folder, 'initdb'),
      ...['-D', data, '-U', 'postgres', '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256'],
      `--pwfile=${join(home.dataDir, 'postgres.password')}`,
      '--no-sync',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { LC_ALL: 'C' }, ...home.owner },
  );
  let complaint = '';
  initdb.process.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await initdb.ended;
  if (code !== 0) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(`initdb failed: ${complaint.trim()}`);
  }
}

function flags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function waitUntilReady(server: Child, url: string, log: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    if (await databaseAnswers(url)) return;
    const code = await Promise.race([server.ended, delay(50, 'running' as const)]);
    if (code !== 'running') throw new Error(`Postgres ended at start; see ${log}`);
    if (Date.now() > deadline) throw new Error(`Postgres was not ready after ${START_MS / 1000} s; see ${log}`);
  }
}

/** A postmaster that outlived its parent still owns the data folder: end it before starting another. */
async function stopLeftOver(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!isProcess(pid, 'postgres')) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_MS;
  while (existsSync(file) && Date.now() < deadline) await delay(50);
}
