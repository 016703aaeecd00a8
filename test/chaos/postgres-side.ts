import { join } from 'node:path';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { ConfigError } from '@wallet/shared/words/config-error';
import { type PgBouncer, findPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { type PostgresHost, makePostgresHost } from './postgres-host.ts';
import { type PostgresPair, startPostgresPair } from './postgres-pair.ts';
import type { Setup } from './setup.ts';

/** All of Postgres in a campaign, migrated. */
export interface PostgresSide {
  /** Where processes reach it, in the order of DATABASE_URL. */
  readonly ports: readonly number[];
  /** The superuser's address, past every proxy and pooler. It leads to the server that takes writes. */
  readonly url: string;
  /** The server that takes writes. */
  host(): PostgresHost;
  readonly pair: PostgresPair | null;
  readonly pooler: PgBouncer | null;
  stop(): Promise<void>;
}

/** Room for all that the service takes, and a server that has gone is tried again soon. */
const POOLER = {
  ...{ pool_mode: 'transaction', max_prepared_statements: '200', max_client_conn: '300', default_pool_size: '25' },
  ...{ server_login_retry: '1', query_wait_timeout: '10' },
};

export async function startPostgresSide(folder: string, { postgres }: Setup): Promise<PostgresSide> {
  const pair = postgres === 'pair' ? await startPostgresPair(folder) : null;
  const single = await (pair === null ? startSingle(join(folder, 'postgres')) : null);
  const hosts = pair?.hosts ?? (single === null ? [] : [single]);
  const host = (): PostgresHost => pair?.primary() ?? hosts[0]!;
  const url = throughPorts(host().url(), portsOf(hosts));
  await migrateDatabase(host().url(), MIGRATIONS_FOLDER, undefined);
  const pooler = postgres === 'pooled' ? await startPooler(url) : null;
  return {
    ports: pooler === null ? portsOf(hosts) : [pooler.port],
    url,
    host,
    pair,
    pooler,
    async stop() {
      pooler?.child.process.kill('SIGCONT');
      await pooler?.stop();
      for (const each of hosts) each.signal('SIGCONT');
      // The standby first: a primary that ends in good order waits for it.
      if (pair !== null) await pair.standby().end('SIGQUIT');
      await host().end('SIGINT');
      for (const { disk } of hosts) disk?.unmount();
    },
  };
}

/** The same address on other ports of this machine. */
export function throughPorts(url: string, ports: readonly number[]): string {
  return url.replace(/127\.0\.0\.1:\d+(,127\.0\.0\.1:\d+)*/, ports.map((port) => `127.0.0.1:${port}`).join(','));
}

const portsOf = (hosts: readonly PostgresHost[]): number[] => hosts.map(({ port }) => port);

async function startSingle(folder: string): Promise<PostgresHost> {
  const host = await makePostgresHost(folder);
  await host.start();
  return host;
}

function startPooler(url: string): Promise<PgBouncer> {
  return startPgBouncer(requirePgBouncer(), { url, ...POOLER });
}

/** @throws ConfigError where this machine has no PgBouncer that will do. */
export function requirePgBouncer(): string {
  const found = findPgBouncer();
  if (found?.keepsStatements) return found.file;
  throw new ConfigError(
    'A campaign with a pooler takes PgBouncer 1.21 or later, which this machine does not have: install one, or name its ' +
      'program in TEST_PGBOUNCER.',
  );
}
