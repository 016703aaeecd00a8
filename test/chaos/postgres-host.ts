import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type SmallDisk, mountSmallDisk } from './disk.ts';

/** A place where a Postgres runs: its folder, on a small disk of its own, and its port. */
export interface PostgresHost {
  readonly port: number;
  readonly folder: string;
  /** Where the server has its data. */
  readonly data: string;
  /** Null where none can be mounted. */
  readonly disk: SmallDisk | null;
  /** The superuser's address. */
  url(): string;
  pid(): number;
  /** Sends all of its processes the signal. */
  signal(name: NodeJS.Signals): void;
  isRunning(): boolean;
  start(): Promise<void>;
  /** Ends it: SIGQUIT as a crash, SIGINT in good order, SIGKILL as a machine that is lost. Resolves when it is gone. */
  end(how: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  /** A connection of its own, past every limit of time and every proxy. */
  connect(): Database;
}

/**
 * Connections are so few that they can be used up: the service takes 40 at most. A standby that was away for a while finds what it
 * has missed, and comes back soon.
 */
const SETTINGS = {
  ...{ fsync: 'off', max_connections: '70', max_wal_size: '128MB', autovacuum_naptime: '5s' },
  ...{ wal_keep_size: '192MB', wal_retrieve_retry_interval: '500ms' },
};
const END_MS = 10_000;
const UNLIMITED = { idle_in_transaction_session_timeout: '0', lock_timeout: '0' };

export async function makePostgresHost(folder: string): Promise<PostgresHost> {
  const path = process.env['PATH'] ?? '';
  const disk = mountSmallDisk(folder);
  const port = await findFreePort();
  let server: EmbeddedPostgres | null = null;
  const started = (): EmbeddedPostgres => {
    if (server === null) throw new Error(`the Postgres in ${folder} was never started`);
    return server;
  };
  const host: PostgresHost = {
    port,
    folder,
    data: join(folder, 'postgres'),
    disk,
    url: () => started().url,
    pid: () => started().process.process.pid ?? 0,
    signal(name) {
      for (const pid of processesOf(host.pid())) signal(pid, name);
    },
    isRunning() {
      if (server === null) return false;
      const { exitCode, signalCode } = server.process.process;
      return exitCode === null && signalCode === null;
    },
    async start() {
      if (!host.isRunning()) server = await startPostgres({ dataDir: folder, path, port, settings: SETTINGS });
    },
    async end(how) {
      if (!host.isRunning()) return;
      // Stopped first: none of them does anything while others end, and none is made.
      if (how === 'SIGKILL') for (const name of ['SIGSTOP', 'SIGKILL'] as const) host.signal(name);
      await started().process.stop(how, END_MS);
    },
    connect: () =>
      createPool({
        ...{ url: host.url(), name: 'chaos', size: 1, statementMs: 0, settings: UNLIMITED },
        onError: () => undefined,
      }),
  };
  return host;
}

/** The server and all that it has started. */
function processesOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return [pid, ...children.split(' ').filter(Boolean).map(Number)];
  } catch {
    return [pid];
  }
}

/** Also of a process that is gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
