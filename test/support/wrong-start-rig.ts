import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type Socket, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlFor } from '@wallet/local/embedded-postgres';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { createPool } from '@wallet/shared/database/pool';
import { newId } from '@wallet/shared/words/ids';
import { startFakePostgres } from './fake-postgres.ts';
import { startStandby } from './standby.ts';
import { createTestDatabase, inDatabase, setDefaults } from './test-database.ts';

const STRANGER_PASSWORD = 'secret-of-a-stranger';

/** Servers, databases and folders for wrong starts. Those of `database` are addresses. */
export async function openWrongStartRig() {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-wrong-'));
  const { databaseUrl: good, redisUrl } = await createTestDatabase();
  const serverUrl = new URL('/postgres', good).href;
  const stranger = `test_stranger_${newId().slice(-12)}`;
  await runSql(serverUrl, `CREATE ROLE ${stranger} LOGIN PASSWORD '${STRANGER_PASSWORD}'`);
  const changed = async (sql: string): Promise<string> => {
    const { databaseUrl } = await createTestDatabase();
    await runSql(databaseUrl, sql);
    return databaseUrl;
  };
  const withDefaults = async (defaults: Record<string, string>): Promise<string> => {
    const { databaseUrl } = await createTestDatabase();
    await setDefaults(databaseUrl, defaults);
    return databaseUrl;
  };
  const httpServer = createServer((_, response) => response.end());
  const silentSockets = new Set<Socket>();
  const silentServer = createTcpServer((socket) => silentSockets.add(socket));
  const [http, silent] = await Promise.all([httpServer, silentServer].map(listen));
  const [old, standby] = await Promise.all([
    startFakePostgres({ version: '140011', encoding: 'UTF8' }),
    startStandby(join(folder, 'standby')),
  ]);
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  return {
    folder,
    file,
    redisUrl,
    /** A port in use. */
    taken: http!,
    database: {
      good,
      http: `postgres://user:secret@127.0.0.1:${http}/wallet`,
      silent: `postgres://user:secret@127.0.0.1:${silent}/wallet`,
      old: old.url,
      standby: standby.url,
      severalHosts: standby.url.replace(/@/, '@127.0.0.1:1,'),
      none: `postgres://user:secret@127.0.0.1:1/wallet`,
      noHost: `postgres://user:secret@no-such-host.invalid/wallet`,
      wrongPassword: withUser(good, 'wallet_api_login', 'not-the-secret'),
      noUser: withUser(good, 'nobody_of_this_name', 'secret'),
      noPassword: withUser(good, 'wallet_api_login', ''),
      stranger: withUser(good, stranger, STRANGER_PASSWORD),
      missing: new URL('/no_such_database', good).href,
      bare: await inDatabase(serverUrl, `test_bare_${newId().slice(-12)}`),
      older: await changed(`DELETE FROM migrations WHERE id = ${NEWEST_MIGRATION}`),
      newer: await changed(
        `INSERT INTO migrations VALUES (${NEWEST_MIGRATION + 1}, 'later', 'x', now());
         UPDATE schema_version SET version = ${NEWEST_MIGRATION + 1}, oldest_program = ${NEWEST_MIGRATION + 1}`,
      ),
      elsewhere: await changed(
        `CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO PUBLIC;
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = other', current_database()); END $$`,
      ),
      readOnly: await withDefaults({ default_transaction_read_only: 'on' }),
      lawless: await withDefaults({ session_replication_role: 'replica' }),
      latin: await makeLatin(serverUrl),
    },
    async stop() {
      await runSql(serverUrl, `DROP ROLE ${stranger}`);
      httpServer.close();
      silentServer.close();
      for (const socket of silentSockets) socket.destroy();
      old.stop();
      await standby.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type WrongStartRig = Awaited<ReturnType<typeof openWrongStartRig>>;

/** The address for the user of a role. */
export const as = urlFor;

async function makeLatin(serverUrl: string): Promise<string> {
  const name = `test_latin_${newId().slice(-12)}`;
  await runSql(serverUrl, `CREATE DATABASE ${name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
  return new URL(`/${name}`, serverUrl).href;
}

function withUser(url: string, user: string, password: string): string {
  const target = new URL(url);
  target.username = user;
  target.password = password;
  return target.href;
}

async function runSql(url: string, sql: string): Promise<void> {
  const pool = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await pool.query(sql).finally(() => pool.end());
}

async function listen(server: ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
