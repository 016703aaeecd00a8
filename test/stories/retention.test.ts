import { urlFor } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { deliverAged, retain, tellAged } from '../support/aged.ts';
import { type Service, startService } from '../support/service.ts';

/** The answers about rows that were deleted because of their age. */

const OLD = 40;
const YOUNG = 20;
const DAYS = { events: 30, deliveries: 30, attempts: 30 };

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

const get = (path: string): request.Test => request(service.url).get(path);

async function readFeed(after?: string, limit = 2): Promise<{ ids: string[]; next: string }> {
  const { body } = await get('/events')
    .query({ limit, ...(after === undefined ? {} : { after }) })
    .expect(200);
  return { ids: (body.data as { id: string }[]).map(({ id }) => id), next: body.next_cursor as string };
}

describe('a reader of the feed', () => {
  it('learns that it has missed something, and starts at the oldest kept event', async () => {
    const { next: empty } = await readFeed();
    const old = await tellAged(service.database, OLD, 4);
    const { ids, next: behind } = await readFeed();
    expect(ids).toEqual(old.slice(0, 2));
    const { next: caughtUp } = await readFeed(behind);
    const young = await tellAged(service.database, YOUNG, 3);
    await retain(service.database, worker, DAYS);

    for (const after of [empty, behind]) {
      const { body } = await get('/events').query({ after }).expect(410);
      expect(body).toMatchObject({ code: 'cursor_expired', title: 'The cursor is older than the kept history' });
    }
    // A reader who had read everything deleted has missed nothing.
    expect((await readFeed(caughtUp)).ids).toEqual(young.slice(0, 2));
    const first = await readFeed();
    expect(first.ids).toEqual(young.slice(0, 2));
    expect((await readFeed(first.next)).ids).toEqual(young.slice(2));
  });

  it('of one type learns that too', async () => {
    await tellAged(service.database, OLD, 3, 'wallet.closed');
    const { next } = await readFeed(undefined, 1);
    await tellAged(service.database, YOUNG);
    await retain(service.database, worker, DAYS);
    const { body } = await get('/events').query({ after: next, type: 'batch.completed' }).expect(410);
    expect(body.code).toBe('cursor_expired');
    const page = await get('/events').query({ type: 'batch.completed' }).expect(200);
    expect(page.body).toMatchObject({ data: [], next_cursor: (await readFeed()).next });
  });

  it('is not shown an event that is only kept for a delivery, and can read it by its id', async () => {
    const { body } = await request(service.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:9/' });
    const [kept] = await tellAged(service.database, OLD);
    await deliverAged(service.database, body.id as string, OLD, 'pending');
    const young = await tellAged(service.database, YOUNG);
    await retain(service.database, worker, DAYS);
    const page = await readFeed();
    expect(page.ids).toEqual(young);
    expect((await readFeed(page.next)).ids).toEqual([]);
    await get(`/events/${kept}`).expect(200);
  });
});

it('a deleted event or delivery is not found, and cannot be sent again', async () => {
  const { body } = await request(service.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:9/' });
  const path = `/webhook-endpoints/${body.id as string}`;
  const [old] = await tellAged(service.database, OLD);
  await deliverAged(service.database, body.id as string, OLD, 'failed');
  const [young] = await tellAged(service.database, YOUNG);
  await deliverAged(service.database, body.id as string, YOUNG, 'failed');
  await get(`${path}/deliveries/${old}`).expect(200);
  await retain(service.database, worker, DAYS);

  expect((await get(`/events/${old}`).expect(404)).body.code).toBe('event_not_found');
  expect((await get(`${path}/deliveries/${old}`).expect(404)).body.code).toBe('delivery_not_found');
  expect((await get(`${path}/deliveries`).expect(200)).body.data.map((each: { id: string }) => each.id)).toEqual([
    young,
  ]);
  const replay = await request(service.url).post(`${path}/deliveries/${old}/replay`).expect(404);
  expect(replay.body.code).toBe('delivery_not_found');
  const recovered = await request(service.url)
    .post(`${path}/recover`)
    .send({ since: '2020-01-01T00:00:00Z' })
    .expect(202);
  expect(recovered.body).toMatchObject({ failed: 1, retrying: 0, waiting: 0 });
});
