import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { urlFor } from '@wallet/local/embedded-postgres';
import { queueDueOperations } from '@wallet/shared/database/statements/queue-due-operations';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { newId } from '@wallet/shared/words/ids';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import { archive, audit, verify } from '../support/archive-rig.ts';
import { breakTheLaw } from '../support/break-the-law.ts';
import { until } from '../support/keys.ts';
import { acceptScheduled, schedule } from '../support/schedule.ts';
import { type Service, startService } from '../support/service.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * A scheduled operation is queued once, within two seconds of its due time, or cancelled, whatever happens to the
 * workers.
 */
const NOBODY = 'redis://127.0.0.1:1';
const WITHIN_MS = 2_000;

let service: Service;
let worker: Database;
async function start(options: Parameters<typeof startService>[0] = {}): Promise<void> {
  service = await startService(options);
  const url = urlFor('worker', service.databaseUrl);
  worker = createPool({ url, name: 'another', size: 4, settings: DRAIN_PLANNER, onError: () => undefined });
}
afterEach(async () => {
  await worker.end();
  await service.stop();
});

interface Row {
  readonly id: string;
  readonly seq: bigint | null;
  readonly waits: boolean;
  /** How long after its moment it was applied. */
  readonly lateMs: number | null;
  readonly error: string | null;
}

/** The operations that were scheduled, in the order of their moments. */
async function scheduled(): Promise<Row[]> {
  const { rows } = await service.database.query<Row>(
    `SELECT id, operations.seq, pending.seq IS NOT NULL AS waits, error_code AS error,
            extract(epoch FROM movements.created_at - execute_at)::float8 * 1000 AS "lateMs"
     FROM operations
     LEFT JOIN pending_operations AS pending ON pending.operation_id = operations.id
     LEFT JOIN movements ON movements.operation_id = operations.id
     LEFT JOIN failures ON failures.operation_id = operations.id
     WHERE execute_at IS NOT NULL ORDER BY execute_at, id`,
  );
  return rows;
}

const cancel = async (id: string): Promise<boolean> => {
  const { rows } = await service.database.query<{ done: boolean }>('SELECT cancel_scheduled($1) AS done', [id]);
  return rows[0]?.done ?? false;
};

const wallets = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => createFundedWallet(service.url)));

it('a scheduled operation has no position until it is due, and is then applied after what was accepted before it', async () => {
  await start();
  const [wallet] = (await wallets(1)) as [string];
  const id = await schedule(service.database, { wallet, inS: 1.5 });
  const earlier = await operate(service.url, wallet, 'DEPOSIT', '1.00');
  expect(await scheduled()).toEqual([{ id, seq: null, waits: false, lateMs: null, error: null }]);
  await until('applied', async () => (await scheduled())[0]?.lateMs !== null);
  const { rows } = await service.database.query<{ id: string }>(
    'SELECT operation_id AS id FROM movements JOIN accounts ON to_account_id = accounts.id WHERE wallet_id = $1 ORDER BY to_version',
    [wallet],
  );
  expect(rows.map((row) => row.id)).toEqual([earlier['id'], id]);
  expect(await audit(service)).toEqual([]);
});

it.each<[string, Parameters<typeof startService>[0]]>([
  ['with Redis', {}],
  ['without Redis', { redisUrl: NOBODY }],
])('a due operation is applied within two seconds, %s', async (_how, options) => {
  await start(options);
  for (const wallet of await wallets(4))
    for (const priority of ['high', 'low'] as const) {
      await schedule(service.database, { wallet, priority, inS: 1 });
      await schedule(service.database, { wallet, priority, inS: 1.7 });
    }
  await until('applied', async () => (await scheduled()).every(({ lateMs }) => lateMs !== null));
  for (const { lateMs } of await scheduled()) {
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(WITHIN_MS);
  }
});

it('several workers queue each operation once, and those of a wallet in the order of their due times', async () => {
  await start();
  service.startWorker();
  service.startWorker();
  const all = await wallets(8);
  // More than one pass takes.
  const due = Array.from({ length: 1_200 }, (_, n) => ({ wallet: all[n % all.length]!, inS: 1 - (n % 97) / 100 }));
  for (let n = 0; n < due.length; n += 100)
    await service.database.query(
      due
        .slice(n, n + 100)
        .map((each) => acceptScheduled({ ...each, id: newId() }))
        .join(';'),
    );
  while ((await scheduled()).some(({ seq }) => seq === null))
    await Promise.all([1, 2, 3, 4].map(() => queueDueOperations(worker, 70)));
  await service.drained();
  const rows = await scheduled();
  expect(rows).toHaveLength(due.length);
  expect(rows.every(({ lateMs }) => lateMs !== null && lateMs >= 0)).toBe(true);
  expect(await audit(service)).toEqual([]);
}, 60_000);

it('the operations of one pass are ordered by their due times', async () => {
  await start({ worker: false });
  const [wallet] = (await wallets(1)) as [string];
  for (const inS of [-1, -3, -2]) await schedule(service.database, { wallet, inS });
  expect(await queueDueOperations(worker, 2)).toHaveLength(2);
  expect((await scheduled()).map(({ waits }) => waits)).toEqual([true, true, false]);
  await queueDueOperations(worker, 2);
  const places = (await scheduled()).map(({ seq }) => seq!);
  expect(places).toEqual([...places].sort((one, other) => Number(one - other)));
});

it('a worker that is killed before it has committed leaves due operations to another', async () => {
  await start({ worker: false });
  const [wallet] = (await wallets(1)) as [string];
  await schedule(service.database, { wallet, inS: -1 });
  const killed = await worker.connect();
  await killed.query('BEGIN');
  expect(await queueDueOperations(killed, 10)).toHaveLength(1);
  // Until it is gone, it may commit.
  expect(await queueDueOperations(worker, 10)).toEqual([]);
  const { rows } = await killed.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await service.database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  killed.release(true);
  let queued: unknown[] = [];
  await until('queued', async () => (queued = await queueDueOperations(worker, 10)).length > 0);
  expect(queued).toHaveLength(1);
  service.startWorker();
  await service.drained();
  expect(await audit(service)).toEqual([]);
  expect((await scheduled())[0]?.lateMs).not.toBeNull();
});

it('of concurrent cancelling and queueing, one wins', async () => {
  await start();
  const all = await wallets(4);
  const ids = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      schedule(service.database, { wallet: all[n % 4]!, inS: 0.2 + (n % 20) / 100 }),
    ),
  );
  const cancelled = new Set<string>();
  const cancelling = ids.map(async (id, n) => {
    await new Promise((resolve) => setTimeout(resolve, 10 * (n % 50)));
    if (await cancel(id)) cancelled.add(id);
  });
  const queueing = async (): Promise<void> => {
    while ((await scheduled()).some(({ seq, error }) => seq === null && error === null))
      await queueDueOperations(worker, 5);
  };
  await Promise.all([...cancelling, queueing()]);
  await service.drained();
  for (const { id, error, seq, lateMs } of await scheduled())
    expect([error, seq === null, lateMs === null]).toEqual(
      cancelled.has(id) ? ['cancelled', true, true] : [null, false, false],
    );
  expect(cancelled.size).toBeGreaterThan(0);
  expect(cancelled.size).toBeLessThan(ids.length);
  expect(await audit(service)).toEqual([]);
}, 60_000);

it('an operation that is being cancelled is not waited for, and one that is being queued can no longer be cancelled', async () => {
  await start({ worker: false });
  const [wallet] = (await wallets(1)) as [string];
  const [one, other] = [
    await schedule(service.database, { wallet, inS: -2 }),
    await schedule(service.database, { wallet, inS: -1 }),
  ];
  const [canceller, queuer] = [await service.database.connect(), await worker.connect()];
  try {
    await canceller.query('BEGIN');
    await canceller.query('SELECT cancel_scheduled($1)', [one]);
    await queuer.query('BEGIN');
    expect(await queueDueOperations(queuer, 10)).toHaveLength(1);
    const late = cancel(other);
    await untilWaitingForLocks(service.database);
    await queuer.query('COMMIT');
    expect(await late).toBe(false);
    await canceller.query('COMMIT');
  } finally {
    canceller.release();
    queuer.release();
  }
  expect(await scheduled()).toMatchObject([
    { id: one, error: 'cancelled', seq: null },
    { id: other, waits: true },
  ]);
  expect(await cancel(one)).toBe(false);
});

it('a cancelled operation reports the state of its wallets at that time', async () => {
  await start();
  const [from, to] = [await createFundedWallet(service.url, '7.00'), await createFundedWallet(service.url, '9.00')];
  const id = await schedule(service.database, { wallet: from, to, type: 'transfer', inS: 100 });
  await operate(service.url, from, 'DEPOSIT', '1.00');
  await cancel(id);
  const { rows } = await service.database.query('SELECT * FROM failures WHERE operation_id = $1', [id]);
  expect(rows).toMatchObject([
    {
      ...{ error_code: 'cancelled', wallet_balance: 800n, wallet_version: 2n },
      ...{ to_wallet_balance: 900n, to_wallet_version: 1n },
    },
  ]);
  expect(await audit(service)).toEqual([]);
});

it('the audit finds a scheduled operation that is lost, ended, late, or not of its own', async () => {
  await start();
  const [wallet] = (await wallets(1)) as [string];
  const make = (inS = 1_000): Promise<string> => schedule(service.database, { wallet, inS });
  const [fine, lost, ended, late, placed] = [await make(), await make(), await make(), await make(), await make()];
  await cancel(await make());
  expect(await audit(service)).toEqual([]);
  // Which would queue the late one.
  await service.stopWorkers();
  const orphan = newId();
  await breakTheLaw(
    service.database,
    `DELETE FROM scheduled_operations WHERE operation_id = '${lost}'`,
    `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${ended}', 'cancelled', 0, 0)`,
    `UPDATE scheduled_operations SET execute_at = execute_at - interval '1061 s' WHERE operation_id = '${late}'`,
    `UPDATE operations SET execute_at = execute_at - interval '1061 s' WHERE id = '${late}'`,
    `UPDATE operations SET seq = 1000000 WHERE id = '${placed}'`,
    `INSERT INTO scheduled_operations VALUES ('${orphan}', now() + interval '1 day', 0)`,
  );
  const found = ((await audit(service)) as { violation: string; subject: string }[]).map(
    ({ violation, subject }) => `${violation} ${subject}`,
  );
  expect(found.sort()).toEqual(
    [
      `operation_lost operation ${lost}`,
      `operation_lost operation ${placed}`,
      `operation_scheduled_and_final operation ${ended}`,
      `schedule_late operation ${late}`,
      `scheduled_not_of_operation operation ${orphan}`,
      `scheduled_not_of_operation operation ${placed}`,
    ].sort(),
  );
  expect(found.join()).not.toContain(fine);
});

it('a scheduled operation of an archived month stays, and is applied when it is due', async () => {
  await start();
  const folder = mkdtempSync(`${tmpdir()}/wallet-archive-`);
  try {
    const [wallet] = (await wallets(1)) as [string];
    // Of January 2026.
    const [due, never] = ['019b7b0e-7fff-7000-8000-000000000001', '019b7b0e-7fff-7000-8000-000000000002'];
    await service.database.query(acceptScheduled({ id: due, wallet, inS: 1_000 }));
    await service.database.query(acceptScheduled({ id: never, wallet, inS: 1_000 }));
    await cancel(never);
    expect(await archive(service, folder, '2026-03')).toBe(1);
    expect(await scheduled()).toMatchObject([{ id: due, seq: null, error: null }]);
    expect([await audit(service), await verify(service, folder)]).toEqual([[], []]);
    await breakTheLaw(
      service.database,
      `UPDATE scheduled_operations SET execute_at = execute_at - interval '1000 s'`,
      `UPDATE operations SET execute_at = execute_at - interval '1000 s'`,
    );
    await until('applied', async () => (await scheduled())[0]?.lateMs !== null);
    expect(await audit(service)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
