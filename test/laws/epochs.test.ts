import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type Epoch, beginEpoch, readEpoch } from '@wallet/shared/database/tables/epochs';
import request from 'supertest';
import { readFeed } from '../support/read-feed.ts';
import { type Service, startService } from '../support/service.ts';
import { tellEvents } from '../support/tell-events.ts';
import { createTestDatabase, inDatabase } from '../support/test-database.ts';

/**
 * A copy of a database is another continuation of its ledger: it begins an epoch, and no reader takes one for the
 * other.
 */

const services: Service[] = [];
const pools: Database[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
});

async function serve(target?: Awaited<ReturnType<typeof createTestDatabase>>): Promise<Service> {
  const service = await startService({ worker: false, ...(target ? { target } : {}) });
  services.push(service);
  return service;
}

function connect(url: string, size = 1): Database {
  const pool = createPool({ url, name: 'epochs', size, onError: () => undefined });
  pools.push(pool);
  return pool;
}

/** Stops the service, and copies its database, like restored dumps. */
async function copy(service: Service, name: string): Promise<Awaited<ReturnType<typeof createTestDatabase>>> {
  if (services.includes(service)) await services.splice(services.indexOf(service), 1)[0]!.stop();
  const database = new URL(service.databaseUrl).pathname.slice(1);
  const url = await inDatabase(process.env['TEST_DATABASE_URL']!, `${database}_${name}`, database);
  return { databaseUrl: url, redisUrl: service.redisUrl, queuePrefix: `${service.queuePrefix}_${name}` };
}

async function refusalOf(service: Service, after: string): Promise<Record<string, unknown>> {
  const { body } = await request(service.url).get('/events').query({ after }).expect(410);
  expect(body.code).toBe('epoch_ended');
  return body as Record<string, unknown>;
}

async function epochsOf(database: Database): Promise<unknown[]> {
  const { rows } = await database.query('SELECT number, reason, feed_position FROM epochs ORDER BY number');
  return rows;
}

it('the relay begins the epoch before it assigns a position, so that the divergence is known', async () => {
  const before = await serve();
  const shared = await tellEvents(before.database, 'wallet.frozen', 3);
  const third = (await readFeed(before.url)).next;
  await tellEvents(before.database, 'wallet.frozen');
  const fourth = (await readFeed(before.url)).next;
  // As a backup that was made before the fourth.
  await before.database.query('ALTER TABLE event_feed DISABLE TRIGGER ALL');
  await before.database.query('DELETE FROM event_feed WHERE position = 4');
  await before.database.query('ALTER TABLE event_feed ENABLE TRIGGER ALL');
  const target = await copy(before, 'copy');
  const others = await tellEvents(connect(target.databaseUrl), 'wallet.closed', 2);
  const after = await serve(target);
  expect(await epochsOf(after.database)).toEqual([
    { number: 1, reason: 'first', feed_position: 0n },
    { number: 2, reason: 'restore', feed_position: 3n },
  ]);

  const whole = await refusalOf(after, third);
  expect(whole).toMatchObject({ events_in_doubt: 0 });
  expect((await readFeed(after.url, String(whole['continue_after']))).ids).toEqual(others);
  expect(await refusalOf(after, fourth)).toMatchObject({ events_in_doubt: 1, continue_after: whole['continue_after'] });
  const bare = Buffer.from('1').toString('base64url');
  const rest = await readFeed(after.url, String((await refusalOf(after, bare))['continue_after']));
  expect(rest.ids).toEqual([...shared.slice(1), ...others]);
});

it('two copies begin different epochs, and a cursor of one is unknown to the other', async () => {
  const before = await serve();
  await tellEvents(before.database, 'wallet.frozen', 2);
  const targets = [await copy(before, 'one'), await copy(before, 'other')] as const;
  const [one, other] = [await serve(targets[0]), await serve(targets[1])];
  const { next } = await readFeed(one.url);
  expect(await refusalOf(other, next)).toMatchObject({ continue_after: null, events_in_doubt: null });
});

it('of many processes that find another server at once, one begins the epoch', async () => {
  const { databaseUrl } = await createTestDatabase();
  const pool = connect(urlFor('worker', databaseUrl), 8);
  const found = await Promise.all(Array.from({ length: 8 }, () => readEpoch(pool)));
  expect(new Set(found.map((epoch) => epoch?.id)).size).toBe(1);
  expect(await epochsOf(pool)).toHaveLength(1);
});

it('an epoch begun by an operator makes earlier reads uncertain', async () => {
  const service = await serve();
  await tellEvents(service.database, 'wallet.frozen', 2);
  const { next } = await readFeed(service.url);
  const since = new Date('2026-01-31T12:00:00.000Z');
  await beginEpoch(service.database, { since, isServed: true });
  expect(await refusalOf(service, next)).toMatchObject({
    ...{ continue_after: null, events_in_doubt: null, complete_until: since.toISOString() },
  });
  const { epoch } = (await request(service.url).get('/health').expect(200)).body;
  expect(epoch).toMatchObject({ reason: 'restore', complete_until: since.toISOString() });
});

it.each(['api', 'worker', 'auditor'] as const)('the %s sees the epoch and cannot write one', async (role) => {
  const { databaseUrl } = await createTestDatabase();
  const pool = connect(urlFor(role, databaseUrl));
  const epoch: Epoch | null = await readEpoch(pool);
  expect(epoch).toMatchObject({ number: 1, reason: 'first', completeUntil: null });
  await expect(beginEpoch(pool, { since: null, isServed: true })).rejects.toThrow('permission denied');
  const owner = connect(databaseUrl);
  for (const change of ['UPDATE epochs SET feed_position = 1', 'DELETE FROM epochs', 'TRUNCATE epochs'])
    await expect(owner.query(change)).rejects.toThrow('append-only');
});
