import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { constraintOf, sqlstateOf } from '@wallet/shared/database/sqlstate';
import request from 'supertest';
import { daysAgo, deliverAged, tellAged } from '../support/aged.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/**
 * What the database refuses to delete, whatever a worker orders, and what it permits: here the worker is as wrong as it
 * can be.
 */

const CHANGE_OF_HISTORY = '23001';
const OLD = 40;

let service: Service;
let worker: Database;
beforeEach(async () => {
  service = await startService({ worker: false });
  worker = createPool({
    ...{ url: urlFor('worker', service.databaseUrl), name: 'worker', size: 1, onError: () => undefined },
  });
});
afterEach(async () => {
  await worker.end();
  await service.stop();
});

/** The result of a statement, which is rolled back. */
async function refusalOf(sql: string, user: Database = worker): Promise<string> {
  const client = await user.connect();
  try {
    await client.query('BEGIN');
    await client.query(sql);
    return 'permitted';
  } catch (error) {
    return constraintOf(error) ?? sqlstateOf(error) ?? String(error);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function makeEndpoint(): Promise<string> {
  const { body } = await request(service.url)
    .post('/webhook-endpoints')
    .send({ url: 'http://127.0.0.1:9/' })
    .expect(201);
  return body.id as string;
}

const KEPT = {
  events: 'events_kept_while_needed',
  event_feed: 'event_feed_kept_while_needed',
  deliveries: 'deliveries_kept_while_needed',
  delivery_attempts: 'delivery_attempts_kept_while_needed',
};

it('an event that is younger than a day, was not relayed or has a delivery stays', async () => {
  const [old] = await tellAged(service.database, OLD);
  const [other] = await tellAged(service.database, 0.9);
  const drop = (id: string | undefined): Promise<string> => refusalOf(`DELETE FROM events WHERE id = '${id}'`);
  expect(await drop(old)).toBe('permitted');
  expect(await drop(other)).toBe(KEPT.events);
  expect(await refusalOf('DELETE FROM events', service.database)).toBe(KEPT.events);
  // Both in one transaction, so that no relay sees it.
  const unrelayed = `INSERT INTO unrelayed_events VALUES (1000, '${old}'); DELETE FROM events WHERE id = '${old}'`;
  expect(await refusalOf(unrelayed)).toBe(KEPT.events);

  const endpoint = await makeEndpoint();
  const [told] = await tellAged(service.database, OLD);
  await service.database.query(
    `INSERT INTO deliveries (endpoint_id, event_id, status, completed_at) VALUES ($1, $2, 'failed', $3)`,
    [endpoint, told, daysAgo(OLD)],
  );
  expect(await drop(told)).toBe(KEPT.events);
  await service.database.query('UPDATE webhook_endpoints SET deleted_at = now()');
  expect(await drop(told)).toBe('permitted');
});

it('a position of the feed stays from the floor on, ahead of an endpoint, behind a claim, and at the end', async () => {
  await tellAged(service.database, OLD, 5);
  const drop = (upTo: number, floor = upTo + 1): Promise<string> =>
    refusalOf(`UPDATE retention SET feed_floor = ${floor}; DELETE FROM event_feed WHERE position <= ${upTo}`);
  expect(await drop(4)).toBe('permitted');
  expect(await drop(4, 4)).toBe(KEPT.event_feed);
  expect(await drop(5)).toBe(KEPT.event_feed);
  expect(await refusalOf('DELETE FROM event_feed WHERE position > 100')).toBe('permitted');

  const endpoint = await makeEndpoint();
  await tellAged(service.database, OLD, 5);
  expect(await drop(5)).toBe('permitted');
  expect(await drop(6)).toBe(KEPT.event_feed);
  await service.database.query('UPDATE webhook_endpoint_states SET position = 9');
  expect(await drop(6)).toBe('permitted');
  await service.database.query(
    `INSERT INTO delivery_leases VALUES ($1, 9, ARRAY (SELECT event_id FROM event_feed WHERE position = 9), now())`,
    [endpoint],
  );
  expect(await drop(6)).toBe(KEPT.event_feed);
  await service.database.query('UPDATE webhook_endpoints SET deleted_at = now()');
  expect(await drop(9)).toBe('permitted');
});

it('a delivery that is pending, or became final less than a day ago, stays with its attempts', async () => {
  const endpoint = await makeEndpoint();
  const [event] = await tellAged(service.database, OLD);
  const dropBoth = (): Promise<string[]> =>
    Promise.all([refusalOf('DELETE FROM deliveries'), refusalOf('DELETE FROM delivery_attempts')]);
  const set = (fields: string): Promise<unknown> => service.database.query(`UPDATE deliveries SET ${fields}`);
  await deliverAged(service.database, endpoint, OLD, 'failed');
  expect(await service.database.query('SELECT FROM deliveries')).toMatchObject({ rowCount: 1 });
  expect(await dropBoth()).toEqual(['permitted', 'permitted']);
  await set(`completed_at = now() - interval '23 hours'`);
  expect(await dropBoth()).toEqual([KEPT.deliveries, 'permitted']);
  await set(`status = 'pending', completed_at = NULL, next_attempt_at = 'infinity'`);
  expect(await dropBoth()).toEqual([KEPT.deliveries, KEPT.delivery_attempts]);
  expect(await refusalOf('TRUNCATE deliveries', service.database)).toBe(CHANGE_OF_HISTORY);

  await service.database.query(`INSERT INTO delivery_attempts VALUES ($1, $2, 2, now(), 1, 500)`, [endpoint, event]);
  await set(`status = 'failed', next_attempt_at = NULL, completed_at = now() - interval '2 days'`);
  expect(await dropBoth()).toEqual(['permitted', KEPT.delivery_attempts]);
  const both = 'WITH gone AS (DELETE FROM deliveries) DELETE FROM delivery_attempts';
  expect(await refusalOf(both)).toBe('permitted');

  // Records of a deleted event can never be sent.
  await set(`status = 'pending', completed_at = NULL, next_attempt_at = 'infinity'`);
  await service.database.query(`BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM events; COMMIT`);
  expect(await refusalOf('DELETE FROM deliveries')).toBe('permitted');
});

it('the floor of the feed is neither lowered nor removed', async () => {
  await service.database.query('UPDATE retention SET feed_floor = 5');
  expect(await refusalOf('UPDATE retention SET feed_floor = 4')).toBe(CHANGE_OF_HISTORY);
  expect(await refusalOf('DELETE FROM retention', service.database)).toBe(CHANGE_OF_HISTORY);
  expect(await refusalOf('TRUNCATE retention', service.database)).toBe(CHANGE_OF_HISTORY);
});

it('the key of a single operation stays, and that of a line until its batch was finished for a day', async () => {
  const kept = 'operation_keys_kept_while_needed';
  const wallet = await createFundedWallet(service.url);
  const send = (path: string, body: object): request.Test => request(service.url).post(path).send(body).expect(202);
  const single = await send(`/wallets/${wallet}/operation`, {
    ...{ operation_type: 'DEPOSIT', amount: '1.00', idempotency_key: 'single' },
  });
  const line = { type: 'deposit', wallet_id: wallet, amount: '1.00', idempotency_key: 'line' };
  const { body: batch } = await send('/batches', { operations: [line] });
  service.startWorker();
  await service.drained();
  const dropLines = (): Promise<string> =>
    refusalOf(`DELETE FROM operation_keys
     WHERE operation_id IN (SELECT id FROM operations WHERE batch_id = '${batch.id as string}')`);
  expect(await refusalOf(`DELETE FROM operation_keys WHERE operation_id = '${single.body.id as string}'`)).toBe(kept);
  expect(await dropLines()).toBe(kept);
  const finish = (moment: string): Promise<unknown> =>
    service.database.query(
      `BEGIN; SET LOCAL session_replication_role = replica; UPDATE batches SET finished_at = ${moment}; COMMIT`,
    );
  await finish(`now() - interval '23 hours'`);
  expect(await dropLines()).toBe(kept);
  await finish(`now() - interval '25 hours'`);
  expect(await dropLines()).toBe('permitted');
  expect(await refusalOf('DELETE FROM operation_keys', service.database)).toBe(kept);
  expect(await refusalOf('UPDATE operation_keys SET request_hash = key_hash', service.database)).toBe(
    CHANGE_OF_HISTORY,
  );
  expect(await refusalOf('TRUNCATE operation_keys', service.database)).toBe(CHANGE_OF_HISTORY);
});
