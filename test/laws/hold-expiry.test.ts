import { setTimeout as delay } from 'node:timers/promises';
import { urlFor } from '@wallet/local/embedded-postgres';
import { ADVISORY_LOCK } from '@wallet/shared/database/locks';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { expireHolds } from '@wallet/shared/database/statements/expire-holds';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import { audit } from '../support/archive-rig.ts';
import { breakTheLaw } from '../support/break-the-law.ts';
import { createHolds } from '../support/holds.ts';
import { until } from '../support/keys.ts';
import { refusalOf } from '../support/law-rig.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

/**
 * A hold that expires while it is open is released once, by an operation with a position in the order of its wallet.
 */
const NOBODY = 'redis://127.0.0.1:1';
const WITHIN_MS = 2_000;
/** Keeps the workers of the service from looking, and lets only this session look. */
const HOLD_TURN = `SELECT pg_advisory_lock(${ADVISORY_LOCK.due}, 0)`;

let service: Service;
let worker: Database;
let holds: ReturnType<typeof createHolds>;
async function start(options: Parameters<typeof startService>[0] = {}): Promise<void> {
  service = await startService(options);
  holds = createHolds(service);
  const url = urlFor('worker', service.databaseUrl);
  worker = createPool({ url, name: 'another', size: 4, settings: DRAIN_PLANNER, onError: () => undefined });
}
afterEach(async () => {
  await worker.end();
  await service.stop();
});

interface Row {
  readonly id: string;
  readonly remaining: bigint;
  readonly captured: bigint;
  /** The expiries that were accepted: one, unless it failed. */
  readonly expiries: number;
  /** How long after its expiry it was released by that; null if it was not. */
  readonly lateMs: number | null;
  readonly error: string | null;
}

/** The holds that were made, in the order in which they expire. */
async function all(): Promise<Row[]> {
  const { rows } = await service.database.query<Row>(
    `SELECT holds.operation_id AS id, remaining, captured, count(expiry.operation_id)::int AS expiries,
            max(extract(epoch FROM movements.created_at - holds.expires_at)::float8 * 1000) AS "lateMs", max(error_code) AS error
     FROM holds
     LEFT JOIN operation_terms AS expiry ON expiry.target_id = holds.operation_id AND reason = 'expired'
     LEFT JOIN movements ON movements.operation_id = expiry.operation_id
     LEFT JOIN failures ON failures.operation_id = expiry.operation_id
     GROUP BY holds.operation_id ORDER BY holds.expires_at, id`,
  );
  return rows;
}

const isExpired = async (): Promise<boolean> => {
  const rows = await all();
  return rows.length > 0 && rows.every(({ expiries }) => expiries === 1);
};

it.each<[string, Parameters<typeof startService>[0]]>([
  ['with Redis', {}],
  ['without Redis', { redisUrl: NOBODY }],
])('the rest of a hold is released within two seconds of its expiry, %s', async (_how, options) => {
  await start(options);
  const wallet = await createFundedWallet(service.url, '10.00');
  // Longer than a busy machine takes to make the earlier state visible.
  const hold = await holds.hold(wallet, 600n, 5);
  await holds.capture(wallet, hold, 100n, false);
  await holds.release(wallet, hold, 50n);
  const lasting = await holds.hold(wallet, 200n, 1_000);
  const endless = await holds.hold(wallet, 100n);
  await service.drained();
  expect(await balanceOf(service.url, wallet)).toBe('1.50');
  await until('expired', async () => (await all()).find(({ id }) => id === hold)?.lateMs != null);
  expect(await balanceOf(service.url, wallet)).toBe('6.00');
  const rows = await all();
  expect(rows).toMatchObject([
    { id: hold, remaining: 0n, captured: 100n, expiries: 1 },
    { id: lasting, remaining: 200n, expiries: 0 },
    { id: endless, remaining: 100n, expiries: 0 },
  ]);
  expect(rows[0]?.lateMs).toBeGreaterThanOrEqual(0);
  expect(rows[0]?.lateMs).toBeLessThan(WITHIN_MS);
  expect(await audit(service)).toEqual([]);
});

it('several workers release each hold once', async () => {
  await start();
  service.startWorker();
  service.startWorker();
  const wallets = await Promise.all(Array.from({ length: 6 }, () => createFundedWallet(service.url, '100.00')));
  await Promise.all(Array.from({ length: 300 }, (_, n) => holds.hold(wallets[n % 6]!, 10n, 1)));
  await service.drained();
  while (!(await isExpired())) await Promise.all([1, 2, 3, 4].map(() => expireHolds(worker, 40)));
  await service.drained();
  const rows = await all();
  expect(rows).toHaveLength(300);
  expect(rows.filter(({ lateMs, remaining }) => lateMs === null || lateMs < 0 || remaining > 0n)).toEqual([]);
  for (const wallet of wallets) expect(await balanceOf(service.url, wallet)).toBe('100.00');
  expect(await audit(service)).toEqual([]);
}, 60_000);

it('of a capture and the expiry, the one accepted first wins', async () => {
  await start();
  const wallets = await Promise.all(Array.from({ length: 6 }, () => createFundedWallet(service.url, '100.00')));
  const expiry = Date.now() + 8_000;
  const ids = await Promise.all(Array.from({ length: 120 }, (_, n) => holds.hold(wallets[n % 6]!, 10n, 8)));
  await service.drained();
  const captures = new Map<string, string>();
  // From a second before they expire to a second after.
  const capturing = ids.map(async (id, n) => {
    await delay(Math.max(0, expiry - Date.now() - 1_000 + 20 * (n % 100)));
    captures.set(id, await holds.capture(wallets[n % 6]!, id, null));
  });
  const expiring = async (): Promise<void> => {
    await delay(Math.max(0, expiry - Date.now() - 1_000));
    while (Date.now() < expiry + 1_500) await expireHolds(worker, 3);
  };
  await Promise.all([...capturing, expiring()]);
  await service.drained();
  const { rows } = await service.database.query<{ hold: string; type: string; seq: bigint; error: string | null }>(
    `SELECT target_id AS hold, type, seq, error_code AS error
     FROM operation_terms JOIN operations ON id = operation_id LEFT JOIN failures ON failures.operation_id = id
     WHERE target_id IS NOT NULL ORDER BY seq`,
  );
  const winners = new Set<string>();
  for (const id of ids) {
    const [first, ...others] = rows.filter(({ hold }) => hold === id);
    expect([first?.error, ...others.map(({ error }) => error)]).toEqual([null, ...others.map(() => 'hold_closed')]);
    winners.add(String(first?.type));
  }
  expect([...winners].sort()).toEqual(['capture', 'release']);
  expect((await all()).every(({ remaining, expiries }) => remaining === 0n && expiries <= 1)).toBe(true);
  expect(await audit(service)).toEqual([]);
}, 60_000);

it('a worker that is killed before it has committed leaves the expiry to another', async () => {
  await start();
  const wallet = await createFundedWallet(service.url, '10.00');
  const killed = await worker.connect();
  try {
    await killed.query(HOLD_TURN);
    await holds.hold(wallet, 600n, 1);
    await service.drained();
    await killed.query('BEGIN');
    await until('expired', async () => (await expireHolds(killed, 10)).length > 0);
    expect(await all()).toMatchObject([{ expiries: 0, remaining: 600n }]);
    const { rows } = await killed.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await service.database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  } finally {
    killed.release(true);
  }
  await until('released', async () => (await all())[0]?.remaining === 0n);
  expect(await all()).toMatchObject([{ expiries: 1, error: null }]);
  expect(await balanceOf(service.url, wallet)).toBe('10.00');
  expect(await audit(service)).toEqual([]);
});

it('a hold whose expiry fails expires again, after pauses that double, and at most twelve times', async () => {
  await start();
  const wallet = await createFundedWallet(service.url, '20.00');
  const client = await worker.connect();
  const { database } = service;
  const failedAgo = (minutes: number) =>
    breakTheLaw(database, `UPDATE failures SET completed_at = now() - ${minutes} * interval '1 minute'`);
  try {
    await client.query(HOLD_TURN);
    const hold = await holds.hold(wallet, 1_313n, 1);
    await service.drained();
    // Data that only the database cannot take: it fails to compute with the amount that is to be released.
    await database.query(
      'ALTER TABLE movements ADD CONSTRAINT unlucky CHECK (1 / (amount - 1313) IS NOT NULL) NOT VALID',
    );
    await until('expired', async () => (await expireHolds(client, 10)).length > 0);
    for (const failed of [1, 2]) {
      await service.drained();
      expect(await all()).toMatchObject([{ expiries: failed, remaining: 1_313n, error: 'internal_error' }]);
      await failedAgo(2 ** failed - 0.5);
      expect(await expireHolds(client, 10)).toEqual([]);
      await failedAgo(2 ** failed);
      expect(await expireHolds(client, 10)).toHaveLength(1);
    }
    await service.drained();
    const add = `INSERT INTO operation_terms (operation_id, target_id, reason)
      SELECT gen_random_uuid(), '${hold}', 'expired' FROM generate_series(1, 9)`;
    const fail = `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version)
      SELECT operation_id, 'internal_error', 0, 0 FROM operation_terms WHERE reason = 'expired' ON CONFLICT DO NOTHING`;
    await breakTheLaw(database, 'ALTER TABLE movements DROP CONSTRAINT unlucky', add, fail);
    await failedAgo(10 * 1_440);
    expect(await expireHolds(client, 10)).toEqual([]);
    const left = 'NOT EXISTS (SELECT FROM operations WHERE id = operation_id)';
    await breakTheLaw(
      database,
      `DELETE FROM operation_terms WHERE ${left}`,
      `DELETE FROM failures WHERE ${left}`,
      `UPDATE operation_terms SET expires_at = now() - interval '11 minutes' WHERE operation_id = '${hold}';
      UPDATE holds SET expires_at = now() - interval '11 minutes'`,
    );
    expect(await audit(service)).toMatchObject([
      { violation: 'hold_not_expired', detail: expect.stringMatching(/1313 remains, 3 expiries failed$/) },
    ]);
  } finally {
    client.release(true);
  }
  // By the workers of the service, now that they may look.
  await until('released', async () => (await all())[0]?.remaining === 0n);
  expect(await all()).toMatchObject([{ expiries: 4 }]);
  expect(await balanceOf(service.url, wallet)).toBe('20.00');
  expect(await audit(service)).toEqual([]);
});

it('one pass releases no more than its limit, earliest expiry first', async () => {
  await start();
  const wallet = await createFundedWallet(service.url, '10.00');
  await Promise.all([holds.hold(wallet, 1n, 1_000), holds.hold(wallet, 1n, 1_000), holds.hold(wallet, 1n, 1_000)]);
  await service.drained();
  const client = await worker.connect();
  try {
    await client.query(HOLD_TURN);
    await breakTheLaw(service.database, `UPDATE holds SET expires_at = now() - random() * interval '1 day'`);
    expect(await expireHolds(client, 2)).toHaveLength(2);
    expect((await all()).map(({ expiries }) => expiries)).toEqual([1, 1, 0]);
  } finally {
    client.release(true);
  }
});

it('the expiry of a hold can only be a release of all of it after it has expired', async () => {
  await start();
  const wallet = await createFundedWallet(service.url, '10.00');
  const hold = await holds.hold(wallet, 600n, 1_000);
  await service.drained();
  const accept = (of: string, amount: string): string => `WITH operation AS (
      INSERT INTO operations (id, seq, wallet_id, asset_id, type, amount, priority, created_at)
      VALUES ('${of}', 1000, '${wallet}', 4, 'release', ${amount}, 'high', now())
    ), terms AS (
      INSERT INTO operation_terms (operation_id, target_id, reason) VALUES ('${of}', '${hold}', 'expired')
    ), partition AS (
      SELECT (wallet_hash % partitions)::smallint AS partition FROM accounts CROSS JOIN settings WHERE wallet_id = '${wallet}'
    )
    INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
    SELECT partition, 1000, '${of}', '${wallet}', now() FROM partition`;
  const id = '01a21e10-2a41-7540-92cf-5eabcb237ab3';
  expect(await refusalOf(service.database, accept(id, 'NULL'))).toBe('operations_fit_target');
  const due = `SET LOCAL session_replication_role = replica; UPDATE holds SET expires_at = now(); SET LOCAL session_replication_role = DEFAULT;`;
  expect(await refusalOf(service.database, due + accept(id, 'NULL'))).toBe('accepted');
  expect(await refusalOf(service.database, due + accept(id, '1'))).toBe('operations_have_terms');
});
