import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { RETENTION_KINDS, readOldestKept } from '@wallet/shared/database/tables/retention';
import { Registry } from '@wallet/shared/process/metrics';
import { createLogger } from '@wallet/shared/process/logger';
import { PLANNER } from '@wallet/worker/drain/planner';
import { deletePiece } from '@wallet/worker/retention/delete-piece';
import { startRetention } from '@wallet/worker/retention/start-retention';
import request from 'supertest';
import { daysAgo, retain, tellAged } from '../support/aged.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';
import { type WireTrap, startWireTrap } from '../support/wire-trap.ts';

/** The keys of lines whose batch finished long ago are deleted, and no others, and other work does not wait for it. */

const DAYS = { batch_keys: 30 };
const OLD = 40;

let service: Service;
let trap: WireTrap;
let worker: Database;
let wallet: string;
beforeEach(async () => {
  service = await startService();
  trap = await startWireTrap();
  worker = connect(urlFor('worker', service.databaseUrl));
  wallet = await createFundedWallet(service.url);
});
afterEach(async () => {
  await worker.end();
  await service.stop();
  await trap.stop();
});

const connect = (url: string): Database =>
  createPool({ url, name: 'retention', size: 1, settings: PLANNER, onError: () => undefined });

type Fields = Record<string, unknown>;
const line = (key?: string): Fields => ({
  ...{ type: 'deposit', wallet_id: wallet, amount: '1.00' },
  ...(key === undefined ? {} : { idempotency_key: key }),
});

/** Sends a batch with a key of its own, and waits until it is finished. */
async function send(name: string, lines: Fields[]): Promise<{ id: string; replayed: number }> {
  const { body } = await request(service.url)
    .post('/batches')
    .set('Idempotency-Key', name)
    .send({ operations: lines })
    .expect(202);
  await service.drained();
  return body as { id: string; replayed: number };
}

/** Makes the batch look finished this many days ago. */
async function age(id: string, days: number): Promise<void> {
  await service.database.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE batches SET finished_at = '${daysAgo(days).toISOString()}' WHERE id = '${id}'; COMMIT`,
  );
}

async function keys(): Promise<string[]> {
  const { rows } = await service.database.query<{ key: string }>(
    `SELECT idempotency_key AS key FROM operation_keys JOIN operations ON id = operation_id ORDER BY 1`,
  );
  return rows.map(({ key }) => key);
}

async function unmarked(): Promise<string[]> {
  const { rows } = await service.database.query<{ id: string }>(
    'SELECT id FROM batches WHERE keys_removed_at IS NULL ORDER BY id',
  );
  return rows.map(({ id }) => id);
}

it('the keys of lines are deleted when their batch finished longer ago than the setting, and not before', async () => {
  await request(service.url).post('/operations').send(line('single')).expect(202);
  const old = await send('old', [line('a1'), line(), line('a2'), line('a3')]);
  const without = await send('without', [line(), line()]);
  const young = await send('young', [line('b1'), line('b2')]);
  await age(old.id, 30.01);
  await age(without.id, 30.01);
  await age(young.id, 29.99);
  await retain(service.database, worker, {});
  expect(await keys()).toHaveLength(6);
  expect(Math.round((await readOldestKept(worker)).batch_keys! / 86_400)).toBe(30);
  await retain(service.database, worker, DAYS);
  expect(await keys()).toEqual(['b1', 'b2', 'single']);
  expect(await unmarked()).toEqual([young.id]);
  expect((await service.database.query('SELECT FROM operations')).rowCount).toBe(9);
});

it('in pieces of one row, of several batches, all are deleted', async () => {
  for (const name of ['one', 'two', 'three']) {
    const { id } = await send(name, [line(`${name}-1`), line(), line(`${name}-3`)]);
    await age(id, OLD);
  }
  expect(await retain(service.database, worker, DAYS, 1)).toBeGreaterThan(9);
  expect(await keys()).toEqual([]);
  expect(await unmarked()).toEqual([]);
});

it('a batch that is not finished keeps its keys, however old it is', async () => {
  const { rows } = await service.database.query<{ partition: number }>('SELECT generate_series(0, 15) AS partition');
  const holder = await service.database.connect();
  await holder.query('BEGIN');
  for (const { partition } of rows) await holder.query('SELECT pg_advisory_xact_lock(2, $1)', [partition]);
  const { body } = await request(service.url)
    .post('/batches')
    .send({ operations: [line('waiting')] })
    .expect(202);
  await retain(service.database, worker, { batch_keys: 1 });
  expect(await keys()).toEqual(['waiting']);
  expect(await unmarked()).toEqual([body.id]);
  await holder.query('ROLLBACK');
  holder.release();
  await service.drained();
});

it('afterwards, a line with the same key is a new operation, and the batch is unchanged', async () => {
  const first = await send('first', [line('once')]);
  expect((await send('second', [line('once')])).replayed).toBe(1);
  await age(first.id, OLD);
  await retain(service.database, worker, DAYS);
  const third = await send('third', [line('once')]);
  expect(third).toMatchObject({ replayed: 0 });
  // The key of the batch itself is kept indefinitely.
  expect(await send('first', [line('once')])).toMatchObject({ id: first.id });
  const { body } = await request(service.url).get(`/wallets/${wallet}`).expect(200);
  expect(body.balance).toBe('2.00');
});

it('accepting, applying, sending and replaying wait for no piece, and get the processor', async () => {
  await tellAged(service.database, OLD, 50);
  const { body } = await request(service.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:9/' });
  const endpoint = body.id as string;
  // Before there is anything to tell it, so that the worker has taken nothing of the feed on.
  await service.database.query(`UPDATE webhook_endpoint_states SET paused_until = 'infinity'`);
  const [old, failed] = await tellAged(service.database, OLD, 2);
  await service.database.query('UPDATE webhook_endpoint_states SET position = 52');
  for (const [event, days] of [[old, OLD] as const, [failed, 1] as const]) {
    await service.database.query(
      `WITH made AS (INSERT INTO deliveries (endpoint_id, event_id, status, attempts, completed_at) VALUES ($1, $2, 'failed', 1, $3))
       INSERT INTO delivery_attempts VALUES ($1, $2, 1, $3, 1, 500)`,
      [endpoint, event, daysAgo(days)],
    );
  }
  const { id } = await send('old', [line('a1'), line('a2')]);
  await age(id, OLD);
  const days = { attempts: 10, deliveries: 10, events: 10, batch_keys: 30 };
  const slow = connect(trap.through(urlFor('worker', service.databaseUrl)));
  for (const kind of RETENTION_KINDS) {
    await service.database.query(`UPDATE retention SET kind = $1, place = '{}', next_at = '-infinity'`, [kind]);
    const held = trap.hold(/^COMMIT$/);
    const piece = deletePiece(slow, days, 100);
    await held.caught;
    const started = performance.now();
    await send(`during-${kind}`, [line(), line(`line-${kind}`)]);
    await request(service.url).post('/operations').set('Prefer', 'wait=5').send(line()).expect(200);
    await request(service.url).get('/events').expect(200);
    await request(service.url).post(`/webhook-endpoints/${endpoint}/deliveries/${failed}/replay`).expect(202);
    expect(performance.now() - started).toBeLessThan(4_000);
    held.letGo();
    expect((await piece).deleted[kind]).toBeGreaterThan(0);
  }
  await slow.end();
  expect(await keys()).not.toContain('a1');
});

it('the loop of a worker deletes by itself, counts, pauses after an error, and stops at once, twice', async () => {
  const { id } = await send('old', [line('a1'), line('a2')]);
  await age(id, OLD);
  const registry = new Registry();
  const log = createLogger({ process: 'test', level: 'silent', pretty: false });
  const retention = startRetention({ database: worker, days: DAYS, registry, log });
  const deadline = Date.now() + 10_000;
  while ((await keys()).length > 0) if (Date.now() > deadline) throw new Error('nothing was deleted');
  const started = performance.now();
  await retention.stop();
  await retention.stop();
  expect(performance.now() - started).toBeLessThan(1_000);
  const told = await registry.metrics();
  expect(told).toContain('wallet_retention_deleted_total{kind="batch_keys"} 2');
  expect(told).toContain('wallet_retention_oldest_seconds{kind="batch_keys"} 0');
});
