import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { createHttpClient } from '../support/http-client.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * Whatever happens to the senders: everything that ended is sent at least once, always under one id and with the same
 * bytes.
 */

const folder = mkdtempSync(join(tmpdir(), 'wallet-webhook-faults-'));
const client = createHttpClient(16, 10_000);
let cluster: Cluster;
let database: Database;
let api: ServiceProcess;
let worker: ServiceProcess;
let wallet: string;
let receiver: Receiver;
let endpoint: string;

beforeAll(async () => {
  const target = await createTestDatabase();
  database = createPool({ url: target.databaseUrl, name: 'test', size: 2, onError: () => undefined });
  const env = { WEBHOOK_KEY: randomBytes(32).toString('base64'), WEBHOOK_ALLOW_PRIVATE: 'true' };
  cluster = createCluster({ ...target, folder, env });
  [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  wallet = (await client.send('POST', `${api.url}/wallets`, {}, {})).body['id'] as string;
}, 60_000);

afterAll(async () => {
  client.close();
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

beforeEach(async () => {
  receiver = await startReceiver();
  const made = await client.send('POST', `${api.url}/webhook-endpoints`, {}, { url: receiver.url });
  endpoint = made.body['id'] as string;
});

afterEach(async () => {
  await client.send('DELETE', `${api.url}/webhook-endpoints/${endpoint}`, {});
  await receiver.stop();
});

async function deposit(): Promise<string> {
  const body = { operation_type: 'DEPOSIT', amount: 1 };
  return (await client.send('POST', `${api.url}/wallets/${wallet}/operation`, {}, body)).body['id'] as string;
}

/** The worker dies; its claims are free again, as when their leases expire; and another one starts. */
async function replaceWorker(): Promise<void> {
  await worker.kill();
  await database.query(`UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'`);
  await database.query('UPDATE delivery_leases SET leased_until = now()');
  worker = await cluster.startWorker();
}

/** The operations whose events arrived. One id and one body for each. */
function told(): Set<unknown> {
  const bodies = new Map<string, string>();
  const events = new Map<unknown, string>();
  for (const { id, body } of receiver.received) {
    expect(bodies.get(id) ?? body).toBe(body);
    bodies.set(id, body);
    const operation = (JSON.parse(body) as { data: { id: string } }).data.id;
    expect(events.get(operation) ?? id).toBe(id);
    events.set(operation, id);
  }
  return new Set(events.keys());
}

it('kill -9 during a request', async () => {
  receiver.answer = () => undefined;
  const id = await deposit();
  await receiver.until(({ length }) => length === 1);
  receiver.answer = (_request, response) => response.writeHead(204).end();
  await replaceWorker();
  await receiver.until(({ length }) => length >= 2);
  expect(told()).toEqual(new Set([id]));
}, 60_000);

it('kill -9 after the receiver has answered, before that is recorded', async () => {
  const victim = worker;
  let first = true;
  receiver.answer = (_request, response) => {
    if (first) process.kill(victim.pid, 'SIGKILL');
    first = false;
    response.writeHead(204).end();
  };
  const id = await deposit();
  await receiver.until(({ length }) => length === 1);
  await replaceWorker();
  await receiver.until(({ length }) => length >= 2);
  expect(told()).toEqual(new Set([id]));
}, 60_000);

it('kill -9 again and again while operations and events arrive', async () => {
  const ids: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    ids.push(...(await Promise.all(Array.from({ length: 50 }, deposit))));
    await receiver.until(({ length }) => length > round * 20);
    await replaceWorker();
  }
  await receiver.until(() => told().size >= ids.length);
  expect(told()).toEqual(new Set(ids));
}, 90_000);

it('a worker that stops in the middle of a round, with some answers received', async () => {
  await database.query(`UPDATE webhook_endpoint_states SET paused_until = now() + interval '1 hour'`);
  const ids = await Promise.all(Array.from({ length: 3 }, deposit));
  await untilRelayed(ids.length);
  let first = true;
  receiver.answer = (_request, response) => {
    if (first) response.writeHead(204).end();
    first = false;
  };
  await database.query('UPDATE webhook_endpoint_states SET paused_until = NULL');
  await receiver.until(({ length }) => length === ids.length);
  await worker.stop();
  receiver.answer = (_request, response) => response.writeHead(204).end();
  await replaceWorker();
  await receiver.until(({ length }) => length >= 2 * ids.length - 1);
  expect(told()).toEqual(new Set(ids));
}, 60_000);

/** Resolves when this many events are waiting for the endpoint. */
async function untilRelayed(count: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  const text = `SELECT FROM event_feed WHERE position > (SELECT position FROM webhook_endpoint_states WHERE endpoint_id = $1)`;
  while ((await database.query(text, [endpoint])).rows.length < count) {
    if (Date.now() > deadline) throw new Error('not relayed in time');
  }
}

it('events that were recorded, and never relayed', async () => {
  await worker.kill();
  const ids = await Promise.all(Array.from({ length: 20 }, deposit));
  worker = await cluster.startWorker();
  await receiver.until(() => told().size >= ids.length);
  await worker.stop();
  // As if every worker had died between the commit and the relay.
  await database.query(`BEGIN; SET LOCAL session_replication_role = replica;
    WITH gone AS (DELETE FROM deliveries WHERE endpoint_id = '${endpoint}' RETURNING event_id)
    INSERT INTO unrelayed_events SELECT nextval('event_sequence'), event_id FROM gone;
    DELETE FROM delivery_attempts WHERE endpoint_id = '${endpoint}';
    COMMIT`);
  const before = receiver.received.length;
  worker = await cluster.startWorker();
  await receiver.until(({ length }) => length >= before + ids.length);
  expect(told()).toEqual(new Set(ids));
}, 60_000);
