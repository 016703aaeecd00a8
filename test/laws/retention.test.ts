import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { claimDeliveries } from '@wallet/shared/database/tables/delivery-claims';
import { readOldestKept } from '@wallet/shared/database/tables/retention';
import { PLANNER } from '@wallet/worker/drain/planner';
import { deletePiece } from '@wallet/worker/retention/delete-piece';
import request from 'supertest';
import { daysAgo, deliverAged, endRest, retain, tellAged } from '../support/aged.ts';
import { type Service, startService } from '../support/service.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';
import { type WireTrap, startWireTrap } from '../support/wire-trap.ts';

/** Old rows are deleted when nothing needs them, and only then. */

const OLD = 40;
const YOUNG = 20;
const DAYS = { attempts: 30, deliveries: 30, events: 30 };

let service: Service;
let trap: WireTrap;
let worker: Database;
beforeEach(async () => {
  service = await startService({ worker: false });
  trap = await startWireTrap();
  worker = connect(urlFor('worker', service.databaseUrl));
});
afterEach(async () => {
  await worker.end();
  await service.stop();
  await trap.stop();
});

function connect(url: string): Database {
  return createPool({ url, name: 'retention', size: 2, settings: PLANNER, onError: () => undefined });
}

async function makeEndpoint(): Promise<string> {
  const { body } = await request(service.url)
    .post('/webhook-endpoints')
    .send({ url: 'http://127.0.0.1:9/' })
    .expect(201);
  return body.id as string;
}

async function keptOf(column: string, table: string): Promise<string[]> {
  const { rows } = await service.database.query<{ kept: string }>(`SELECT ${column} AS kept FROM ${table} ORDER BY 1`);
  return rows.map(({ kept }) => kept);
}

const events = (): Promise<string[]> => keptOf('id', 'events');
const fed = (): Promise<string[]> => keptOf('event_id', 'event_feed');
const deliveries = (): Promise<string[]> => keptOf('event_id', 'deliveries');
const attempts = (): Promise<string[]> => keptOf('event_id', 'delivery_attempts');

async function floor(): Promise<bigint> {
  const { rows } = await service.database.query<{ feed_floor: bigint }>('SELECT feed_floor FROM retention');
  return rows[0]!.feed_floor;
}

describe('an event', () => {
  it('is deleted with its position in the feed when it is older than the setting, and not before', async () => {
    const old = await tellAged(service.database, 30.01, 3);
    const young = await tellAged(service.database, 29.99, 3);
    await retain(service.database, worker, DAYS);
    expect(await events()).toEqual(young);
    expect(await fed()).toEqual(young);
    expect(await floor()).toBe(BigInt(old.length + 1));
  });

  it('is kept indefinitely without a setting', async () => {
    const old = await tellAged(service.database, 5_000, 3);
    await retain(service.database, worker, {});
    expect(await events()).toEqual(old);
  });

  it('stays if it is the last, which the next position continues', async () => {
    const old = await tellAged(service.database, OLD, 3);
    await retain(service.database, worker, DAYS);
    expect(await fed()).toEqual(old.slice(-1));
    const young = await tellAged(service.database, YOUNG);
    const { rows } = await service.database.query('SELECT position FROM event_feed WHERE event_id = $1', young);
    expect(rows).toEqual([{ position: 4n }]);
  });

  it('is deleted in the order of the feed: an old one after a young one stays', async () => {
    const first = await tellAged(service.database, OLD);
    const young = await tellAged(service.database, YOUNG);
    const late = await tellAged(service.database, OLD, 2);
    await retain(service.database, worker, DAYS);
    expect((await events()).toSorted()).toEqual([...young, ...late].toSorted());
    expect(await events()).not.toContain(first[0]);
  });

  it('stays until every endpoint was sent it, even a disabled one, and is deleted when that is deleted', async () => {
    const disabled = await makeEndpoint();
    const told = await makeEndpoint();
    const old = await tellAged(service.database, OLD, 3);
    await request(service.url).patch(`/webhook-endpoints/${disabled}`).send({ status: 'disabled' }).expect(200);
    await deliverAged(service.database, told, OLD);
    await tellAged(service.database, YOUNG);
    await retain(service.database, worker, DAYS);
    expect(await events()).toEqual(expect.arrayContaining(old));
    expect(await floor()).toBe(1n);

    await request(service.url).delete(`/webhook-endpoints/${disabled}`).expect(204);
    await retain(service.database, worker, DAYS);
    expect(await events()).toHaveLength(1);
    expect(await floor()).toBe(4n);
  });

  it('stays while it is on its way to an endpoint', async () => {
    const endpoint = await makeEndpoint();
    const old = await tellAged(service.database, OLD, 3);
    await claimDeliveries(service.database, endpoint, 3, 60_000);
    await tellAged(service.database, YOUNG);
    await retain(service.database, worker, DAYS);
    expect(await events()).toEqual(expect.arrayContaining(old));
  });

  it('stays, below the floor, while a delivery of it is pending or young, and is deleted after that', async () => {
    const endpoint = await makeEndpoint();
    const [pending] = await tellAged(service.database, OLD + 3);
    await deliverAged(service.database, endpoint, OLD, 'pending');
    const [young] = await tellAged(service.database, OLD + 2);
    await deliverAged(service.database, endpoint, YOUNG);
    const [old] = await tellAged(service.database, OLD + 1);
    await deliverAged(service.database, endpoint, OLD, 'failed');
    const [last] = await tellAged(service.database, YOUNG);
    await retain(service.database, worker, DAYS);
    expect(await events()).toEqual([pending, young, last]);
    expect(await deliveries()).toEqual([pending, young]);
    expect(await events()).not.toContain(old);
    expect(await floor()).toBe(4n);

    await service.database.query(
      `UPDATE deliveries SET status = 'succeeded', next_attempt_at = NULL, completed_at = $1`,
      [daysAgo(OLD)],
    );
    await retain(service.database, worker, DAYS);
    expect(await events()).toEqual([last]);
    expect(await attempts()).toEqual([]);
  });
});

describe('a delivery', () => {
  it('is deleted with its attempts when it became final longer ago than the setting', async () => {
    const endpoint = await makeEndpoint();
    const [old] = await tellAged(service.database, OLD + 2);
    await deliverAged(service.database, endpoint, 10.01);
    const [failed] = await tellAged(service.database, OLD + 1);
    await deliverAged(service.database, endpoint, 10.01, 'failed');
    const [young] = await tellAged(service.database, OLD);
    await deliverAged(service.database, endpoint, 9.99);
    await retain(service.database, worker, { deliveries: 10, attempts: 10 });
    expect(await deliveries()).toEqual([young]);
    expect(await attempts()).toEqual([young]);
    expect(await events()).toEqual([old, failed, young]);
  });

  it('that is made due again while it is examined stays', async () => {
    const endpoint = await makeEndpoint();
    const ids = await tellAged(service.database, OLD, 2);
    await deliverAged(service.database, endpoint, OLD);
    const replay = await service.database.connect();
    await replay.query('BEGIN');
    await replay.query(
      `UPDATE deliveries SET status = 'pending', next_attempt_at = now(), completed_at = NULL WHERE event_id = $1`,
      [ids[0]],
    );
    const retained = retain(service.database, worker, DAYS);
    await untilWaitingForLocks(service.database);
    await replay.query('COMMIT');
    replay.release();
    await retained;
    expect(await deliveries()).toEqual(ids.slice(0, 1));
    expect(await events()).toContain(ids[0]);
  });

  it('of a deleted endpoint is deleted whatever its status, once the endpoint was deleted long ago', async () => {
    const endpoint = await makeEndpoint();
    await tellAged(service.database, OLD);
    await deliverAged(service.database, endpoint, OLD, 'pending');
    await tellAged(service.database, OLD);
    await claimDeliveries(service.database, endpoint, 1, 1);
    await request(service.url).delete(`/webhook-endpoints/${endpoint}`).expect(204);
    await retain(service.database, worker, { deliveries: 30 });
    expect(await deliveries()).toHaveLength(1);
    await service.database.query('UPDATE webhook_endpoints SET deleted_at = $1', [daysAgo(OLD)]);
    await retain(service.database, worker, { deliveries: 30 });
    expect(await deliveries()).toEqual([]);
    expect(await keptOf('endpoint_id', 'delivery_leases')).toEqual([]);
  });
});

it('an attempt is deleted when it is older than its setting, and its delivery is final', async () => {
  const endpoint = await makeEndpoint();
  const [pending] = await tellAged(service.database, OLD + 2);
  await deliverAged(service.database, endpoint, 5.01, 'pending');
  const [old] = await tellAged(service.database, OLD + 1);
  await deliverAged(service.database, endpoint, 5.01);
  const [young] = await tellAged(service.database, OLD);
  await deliverAged(service.database, endpoint, 4.99);
  await retain(service.database, worker, { attempts: 5 });
  expect(await attempts()).toEqual([pending, young]);
  expect(await deliveries()).toEqual([pending, old, young]);
});

it('pieces of one row, for several endpoints, delete everything that one piece would', async () => {
  const endpoints = [await makeEndpoint(), await makeEndpoint(), await makeEndpoint()];
  await tellAged(service.database, OLD, 4);
  for (const endpoint of endpoints.slice(1)) await deliverAged(service.database, endpoint, OLD);
  await deliverAged(service.database, endpoints[0]!, OLD, 'pending');
  const young = await tellAged(service.database, YOUNG, 2);
  for (const endpoint of endpoints) await deliverAged(service.database, endpoint, YOUNG);
  expect(await retain(service.database, worker, DAYS, 1)).toBeGreaterThan(12);
  expect(await deliveries()).toHaveLength(4 + 2 * 3);
  expect(await events()).toHaveLength(4 + young.length);
  expect(await floor()).toBe(5n);
});

it('a piece whose commit is never answered is done once or not at all, and another worker continues', async () => {
  await tellAged(service.database, OLD, 6);
  const young = await tellAged(service.database, YOUNG);
  const cutOff = connect(trap.through(urlFor('worker', service.databaseUrl)));
  await service.database.query(`UPDATE retention SET kind = 'events'`);
  trap.loseAnswer(/UPDATE retention SET kind/);
  await expect(deletePiece(cutOff, DAYS, 2)).rejects.toThrow();
  expect(await events()).toHaveLength(7);
  expect(await floor()).toBe(1n);
  trap.loseAnswer(/^COMMIT$/);
  await expect(deletePiece(cutOff, DAYS, 2)).rejects.toThrow();
  await cutOff.end();
  await endRest(service.database);
  await deletePiece(worker, DAYS, 2);
  expect(await events()).toHaveLength(3);
  await retain(service.database, worker, DAYS, 2);
  expect(await events()).toEqual(young);
});

it('of several workers one has the turn, and the others pause with it', async () => {
  await tellAged(service.database, OLD, 10);
  await service.database.query(`UPDATE retention SET kind = 'events'`);
  const slow = connect(trap.through(urlFor('worker', service.databaseUrl)));
  const held = trap.hold(/^COMMIT$/);
  const first = deletePiece(slow, DAYS, 2);
  await held.caught;
  expect(await deletePiece(worker, DAYS, 2)).toEqual({ deleted: {}, waitMs: 1_000 });
  held.letGo();
  expect((await first).deleted).toEqual({ events: 2 });
  await slow.end();
  await service.database.query(`UPDATE retention SET next_at = now() + interval '40 seconds'`);
  const { deleted, waitMs } = await deletePiece(worker, DAYS, 2);
  expect(deleted).toEqual({});
  expect(waitMs).toBeGreaterThan(30_000);
  expect(await events()).toHaveLength(8);
});

it('it pauses nine times as long as a piece took while operations are pending, and for a minute after a pass', async () => {
  const restAfter = async (tookMs: number): Promise<number> => {
    const slow = connect(trap.through(urlFor('worker', service.databaseUrl)));
    await service.database.query(`UPDATE retention SET kind = 'events', place = '{}', next_at = '-infinity'`);
    const end = trap.onStatement(
      /UPDATE retention SET kind/,
      () => new Promise((resolve) => setTimeout(resolve, tookMs)),
    );
    const { waitMs } = await deletePiece(slow, DAYS, 2);
    end();
    await slow.end();
    return waitMs;
  };
  await tellAged(service.database, OLD, 10);
  const idle = await restAfter(100);
  expect(idle).toBeGreaterThan(90);
  expect(idle).toBeLessThan(800);
  const wallet = (await request(service.url).post('/wallets').send({ asset: 'USD' }).expect(201)).body.id as string;
  const deposit = { operation_type: 'DEPOSIT', amount: '1.00' };
  await request(service.url).post(`/wallets/${wallet}/operation`).send(deposit).expect(202);
  expect(await restAfter(100)).toBeGreaterThan(900);
  await service.database.query(`UPDATE retention SET kind = 'batch_keys', place = '{}', next_at = '-infinity'`);
  expect((await deletePiece(worker, DAYS, 2)).waitMs).toBeGreaterThan(60_000);
});

it('a row that another session has locked is waited for half a second, and nothing is lost', async () => {
  const endpoint = await makeEndpoint();
  const ids = await tellAged(service.database, OLD, 2);
  await deliverAged(service.database, endpoint, OLD);
  const other = await service.database.connect();
  await other.query('BEGIN');
  await other.query('SELECT FROM deliveries FOR UPDATE');
  await service.database.query(`UPDATE retention SET kind = 'deliveries'`);
  const started = performance.now();
  await expect(deletePiece(worker, DAYS, 100)).rejects.toThrow('lock timeout');
  expect(performance.now() - started).toBeLessThan(4_000);
  await other.query('ROLLBACK');
  other.release();
  expect(await deliveries()).toEqual(ids);
  await retain(service.database, worker, DAYS);
  expect(await deliveries()).toEqual([]);
});

it('the age of the oldest row of each kind is reported', async () => {
  expect(await readOldestKept(worker)).toEqual({ attempts: null, deliveries: null, events: null, batch_keys: null });
  const endpoint = await makeEndpoint();
  await tellAged(service.database, 3);
  await deliverAged(service.database, endpoint, 2);
  const { attempts: attempt, deliveries: delivery, events: event } = await readOldestKept(worker);
  expect([attempt! / 86_400, delivery! / 86_400, event! / 86_400].map(Math.round)).toEqual([2, 3, 3]);
});
