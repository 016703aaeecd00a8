import { createHmac, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '@wallet/shared/words/config-error';
import { createDatabase, databaseAnswers } from '@wallet/shared/database/pool';
import { type Role, loginOf, makeRolesAt } from '@wallet/shared/database/migrate/roles';
import { type Child, findFreePort, isProcess, startChild } from './child.ts';
import { writePrivate } from './data-folder.ts';
import { type PostgresHome, findPostgresHome } from './postgres-home.ts';
import { type ServerLog, complaintOf, openServerLog } from './server-log.ts';
import { giveData } from './server-user.ts';

const START_MS = 30_000;
const STOP_MS = 10_000;

export interface EmbeddedPostgres {
  /** For the superuser, who migrates. `urlFor` returns those of the processes. */
  readonly url: string;
  /** The program that runs. */
  readonly name: string;
  readonly process: Child;
  /** Sentences for the operator, about what was found or changed. */
  readonly notes: readonly string[];
  /** Fast shutdown. Resolves when the server is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a private Postgres on loopback with its data only in `dataDir` (created if missing), a database `wallet`, and
 * users. A server left over from a killed parent is stopped first. `settings` are `postgres -c` settings.
 * @throws ConfigError if the data cannot be served, or the server does not start.
 */
export async function startPostgres(options: {
  dataDir: string;
  path: string;
  port?: number;
  settings?: Record<string, string>;
  /** Use the npm package's server even if the machine has one. */
  packaged?: boolean;
}): Promise<EmbeddedPostgres> {
  const { home, password, notes } = await prepareHome(options);
  const port = options.port ?? (await findFreePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  };
  const log = openServerLog(join(home.dataDir, 'postgres.log'));
  const name = join(home.folder, 'postgres');
  const server = startChild([...home.user.prefix, name, '-D', home.data, ...flags(settings)], {
    stdio: ['ignore', log.descriptor, log.descriptor],
    env: { LC_ALL: 'C', PATH: options.path },
    cwd: home.dataDir,
    ...home.user.ids,
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
    await server.stop('SIGINT', STOP_MS).catch(() => null);
    throw error;
  } finally {
    log.close();
  }
  return {
    url: `${address}/wallet`,
    name,
    process: server,
    notes,
    stop: async () => {
      await server.stop('SIGINT', STOP_MS);
    },
  };
}

/** @throws ConfigError if the folder cannot be used. */
async function prepareHome(options: { dataDir: string; path: string; packaged?: boolean }) {
  try {
    const home = findPostgresHome(options.dataDir, options.path, options.packaged ?? false);
    await stopLeftOver(home.data);
    const password = readPassword(home);
    const notes = [...home.notes];
    const { uid } = home.user.owner;
    if (home.major === null) await initialise(home, password);
    else if (giveData(home.data, home.user))
      notes.push(`${home.data} now belongs to user ${uid}, which runs Postgres.`);
    return { home, password, notes };
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new ConfigError(`The folder ${options.dataDir} cannot be used for Postgres: ${message}.`);
  }
}

/** The address of a database of an embedded server, for the user of a role instead of the superuser. */
export function urlFor(role: Role, url: string): string {
  // Not with a URL object, which supports one host: the address may name several.
  return url.replace(/^(\w+:\/\/)[^:@/]*:([^@/]*)@/, (_, scheme: string, password: string) => {
    return `${scheme}${loginOf(role)}:${derivePassword(decodeURIComponent(password), role)}@`;
  });
}

/** The users' passwords are derived from that of the superuser, so that only one is stored. */
function derivePassword(password: string, role: Role): string {
  return createHmac('sha256', password).update(role).digest('base64url');
}

/** @throws ConfigError if it is missing although there is data, which no other password opens. */
function readPassword({ dataDir, data, major }: PostgresHome): string {
  const file = join(dataDir, 'postgres.password');
  if (!existsSync(file)) {
    if (major !== null)
      throw new ConfigError(`${file} is missing, and ${data} cannot be opened without it: put it back.`);
    writePrivate(file, randomBytes(18).toString('base64url'));
  }
  return readFileSync(file, 'utf8').trim();
}

/** Created elsewhere and then moved, so that an interrupted start leaves no partial data folder. */
async function initialise({ dataDir, folder, data, user }: PostgresHome, password: string): Promise<void> {
  const workshop = join(dataDir, 'postgres.unfinished');
  const unfinished = join(workshop, 'data');
  const passwordFile = join(workshop, 'password');
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  writePrivate(passwordFile, password);
  if (process.getuid?.() === 0) {
    for (const file of [workshop, unfinished, passwordFile]) chownSync(file, user.owner.uid, user.owner.gid);
  }
  const initdb = startChild(
    [
      ...user.prefix,
      join(folder, 'initdb'),
      ...['-D', unfinished, '-U', 'postgres', '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256'],
      `--pwfile=${passwordFile}`,
      '--no-sync',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { LC_ALL: 'C' }, cwd: dataDir, ...user.ids },
  );
  let complaint = '';
  initdb.process.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await initdb.ended;
  if (code === 0) renameSync(unfinished, data);
  rmSync(workshop, { recursive: true, force: true });
  if (code === 0) return;
  // `initdb` looks up the name, which a container's user may not have.
  const hint = complaint.includes('could not look up effective user')
    ? ' Start as a user that /etc/passwd names, or set DATABASE_URL.'
    : '';
  throw new ConfigError(`No database could be created in ${dataDir}. ${complaintOf(complaint)}${hint && `.${hint}`}`);
}

function flags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function waitUntilReady(server: Child, url: string, log: ServerLog): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await databaseAnswers(url))) {
    const code = await Promise.race([server.ended, delay(50, 'running' as const)]);
    if (code === 'running' && Date.now() < deadline) continue;
    const failure = code === 'running' ? `was not ready after ${START_MS / 1000} s` : 'ended at start';
    throw new ConfigError(`Postgres ${failure}. ${complaintOf(log.read())} Its full output is in ${log.file}.`);
  }
}

/** A postmaster that outlived its parent still owns the data folder: it is stopped before another starts. */
async function stopLeftOver(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  // With this data: after a restart of the machine, the process id may belong to another server.
  if (!isProcess(pid, data)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_MS;
  while (existsSync(file) && Date.now() < deadline) await delay(50);
}
