import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { type Cluster, createCluster } from '../support/cluster.ts';
import { type StandbyPair, startStandbyPair } from '../support/standby-pair.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * A DATABASE_URL that names a primary and a standby, as in libpq. Every new connection goes to a suitable one, and
 * processes continue with the other one after a failover, without a restart.
 */
jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'wallet-hosts-'));
let pair: StandbyPair;
let cluster: Cluster;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  pair = await startStandbyPair(folder, { isSynchronous: true });
  stops.push(() => pair.stop());
  const redis = await startRedis({ dataDir: folder, path: process.env['PATH'] ?? '' });
  stops.push(() => redis.stop());
  await migrateDatabase(reversed(pair.url), MIGRATIONS_FOLDER, undefined);
  const databaseUrl = pair.url;
  cluster = createCluster({ databaseUrl, redisUrl: redis.url, queuePrefix: 'hosts', folder });
  stops.push(() => cluster.stop());
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The standby first. */
function reversed(url: string): string {
  return url.replace(/@([^,/]+),([^,/]+)\//, '@$2,$1/');
}

const PORT = `SELECT current_setting('port') AS port`;

async function portAt(url: string, writes: boolean): Promise<string> {
  const pool: Database = createPool({ url, name: 'test', size: 1, writes, onError: () => undefined });
  try {
    const { rows } = await pool.query<{ port: string }>(PORT);
    return rows[0]?.port ?? '';
  } finally {
    await pool.end();
  }
}

it.each([
  ['', true, 'primary'],
  ['?target_session_attrs=read-write', false, 'primary'],
  ['?target_session_attrs=primary', false, 'primary'],
  ['?target_session_attrs=any', false, 'standby'],
  ['?target_session_attrs=any', true, 'primary'],
  ['?target_session_attrs=standby', false, 'standby'],
  ['?target_session_attrs=read-only', false, 'standby'],
  ['?target_session_attrs=prefer-standby&connect_timeout=3', false, 'standby'],
] as const)(
  'with the standby first and %j, a session that writes (%j) is on the %s',
  async (query, writes, expected) => {
    expect(await portAt(`${reversed(pair.url)}${query}`, writes)).toBe(new URL(pair[expected].url).port);
  },
);

it('says of each host why it cannot be used', async () => {
  const nothing = pair.url.replace(/@[^,]+,/, '@127.0.0.1:1,');
  await expect(portAt(nothing, true)).rejects.toThrow(
    /^Database wallet at 127.0.0.1:1, \S+: none of its hosts can be used. .*127.0.0.1:1.*ECONNREFUSED.* is a standby/,
  );
  await expect(portAt(nothing, true)).rejects.toHaveProperty('code', '25006');
  await expect(portAt(`${pair.primary.url}?target_session_attrs=standby`, false)).rejects.toThrow(/is not a standby/);
});

it('loses nothing that it acknowledged when the primary is lost and the standby takes its place', async () => {
  const [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  const wallet = await createFundedWallet(api.url, '10.00');
  const accepted = await request(api.url).post(`/wallets/${wallet}/operation`).send(deposit);
  expect(accepted.status).toBe(202);
  await pair.failOver();
  await untilAccepted(api.url, wallet);
  expect(await operate(api.url, wallet, 'WITHDRAW', '1.00')).toMatchObject({ result: { wallet_balance: '11.00' } });
  expect((await request(api.url).get('/health')).body).toMatchObject({ database: 'up' });
  expect(api.log()).not.toContain('no synchronous standby');
  expect([api, worker].flatMap((each) => each.log().split('\n')).filter((line) => line.includes('"stack"'))).toEqual(
    [],
  );
});

const deposit = { operation_type: 'DEPOSIT', amount: '1.00' };

/** Until a deposit is accepted, under one key. */
async function untilAccepted(url: string, wallet: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const sent = { ...deposit, idempotency_key: 'after-the-failover' };
    const { status } = await request(url).post(`/wallets/${wallet}/operation`).send(sent);
    if (status === 202) return;
    if (Date.now() > deadline) throw new Error(`still ${status}`);
    await delay(50);
  }
}
