import { claimDeliveries, recordAttempts } from '@wallet/shared/database/tables/delivery-claims';
import { drawSequences, insertEvents, relayEvents, tryLockRelay } from '@wallet/shared/database/tables/events';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type EventType, eventBody } from '@wallet/shared/event';
import { newId } from '@wallet/shared/ids';
import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

async function make(fields: Record<string, unknown> = {}): Promise<Record<string, any>> {
  const answer = await post('/webhook-endpoints', { url: 'https://receiver.example/hooks', ...fields }).expect(201);
  return answer.body;
}

function post(path: string, body?: object): request.Test {
  return request(service.url).post(path).send(body);
}

function get(path: string): request.Test {
  return request(service.url).get(path);
}

/** Makes events facts and relays them, as a worker does. Answers their ids. */
async function tell(type: EventType, count = 1): Promise<string[]> {
  const createdAt = new Date();
  const ids = Array.from({ length: count }, newId);
  await inTransaction(service.database, async (client) => {
    const sequences = await drawSequences(client, count);
    const events = sequences.map((sequence, index) => ({
      ...{ id: ids[index]!, type, createdAt, sequence },
      body: eventBody(type, createdAt, sequence, { place: index, name: 'é "quoted" \u2028 \\ 10.00' }),
    }));
    await insertEvents(client, events);
  });
  await relay();
  return ids;
}

async function relay(): Promise<void> {
  await inTransaction(service.database, async (client) => {
    expect(await tryLockRelay(client)).toBe(true);
    await relayEvents(client, 10_000);
  });
}

/** Has deliveries claimed, which are due again at once. */
async function claim(endpointId: string, most = 1_000): Promise<void> {
  await claimDeliveries(service.database, endpointId, most, 0);
}

/** Has deliveries fail for good, as a worker writes it down that has claimed all there are. */
async function fail(endpointId: string, eventIds: string[], retryInMs: number | null = null): Promise<void> {
  await claim(endpointId);
  const attempt = { succeeded: false, startedAt: new Date(), durationMs: 12.4, responseStatus: 500, error: null };
  const attempts = eventIds.map((eventId) => ({ ...attempt, eventId, responseExcerpt: 'no', retryInMs }));
  await recordAttempts(service.database, endpointId, attempts, { pauseMs: 0, lease: null });
}

describe('a test event', () => {
  it('makes one delivery, for this endpoint alone, before and after it is relayed', async () => {
    const [asked, other] = [await make({ event_types: ['wallet.closed'] }), await make()];
    const answer = await post(`/api/v1/webhook-endpoints/${asked['id']}/test`).expect(202);
    const { id } = answer.body;
    expect(answer.body).toMatchObject({
      ...{ endpoint_id: asked['id'], event_id: id, event_type: 'webhook_endpoint.test', status: 'pending' },
      ...{ attempts: 0, completed_at: null },
    });
    expect(answer.headers['location']).toBe(`/api/v1/webhook-endpoints/${asked['id']}/deliveries/${id}`);
    expect((await get(answer.headers['location']!).expect(200)).body).toEqual({ ...answer.body, attempts_log: [] });
    await relay();
    const { rows } = await service.database.query('SELECT endpoint_id FROM deliveries WHERE event_id = $1', [id]);
    expect(rows).toEqual([{ endpoint_id: asked['id'] }]);
    expect((await get(`/webhook-endpoints/${other['id']}/deliveries`)).body.data).toEqual([]);
    const event = await get(`/events/${id}`).expect(200);
    expect(event.body).toMatchObject({ type: 'webhook_endpoint.test', data: { endpoint_id: asked['id'] } });
  });
});

describe('deliveries', () => {
  it('are listed newest first, in pages, by status and type', async () => {
    const { id } = await make();
    const frozen = await tell('wallet.frozen', 3);
    const closed = await tell('wallet.closed', 2);
    await fail(id, [frozen[0]!, closed[1]!]);
    const path = `/webhook-endpoints/${id}/deliveries`;
    const idsOf = async (query: string): Promise<string[]> =>
      (await everyItem(service.url, `${path}?limit=2${query}`)).map((each) => each['event_id']);
    expect(await idsOf('')).toEqual([...frozen, ...closed].reverse());
    expect(await idsOf('&status=failed')).toEqual([closed[1], frozen[0]]);
    expect(await idsOf('&status=pending')).toEqual([closed[0], frozen[2], frozen[1]]);
    expect(await idsOf('&event_type=wallet.frozen')).toEqual(frozen.toReversed());
    expect(await idsOf('&event_type=wallet.frozen&status=failed')).toEqual([frozen[0]]);
    expect(await idsOf('&status=succeeded')).toEqual([]);
    for (const query of ['status=lost', 'event_type=a.b', 'limit=201', 'unknown=1']) {
      await get(`${path}?${query}`).expect(400);
    }
  });

  it('that no claim has reached come first, the last of the feed before the others, and have no attempts', async () => {
    const { id } = await make();
    const frozen = await tell('wallet.frozen', 4);
    await claim(id, 2);
    const closed = await tell('wallet.closed', 2);
    await post(`/webhook-endpoints/${id}/test`).expect(202);
    await relay();
    const path = `/webhook-endpoints/${id}/deliveries`;
    const idsOf = async (query: string): Promise<string[]> =>
      (await everyItem(service.url, `${path}?${query}`)).map((each) => each['event_id']);
    const tests = await idsOf('event_type=webhook_endpoint.test');
    expect(tests).toHaveLength(1);
    const all = [...[...frozen.slice(2), ...closed].reverse(), ...tests, frozen[1], frozen[0]];
    for (const limit of [1, 2, 3, 4, 200]) expect(await idsOf(`limit=${limit}`)).toEqual(all);
    expect(await idsOf('limit=3&status=pending')).toEqual(all);
    expect(await idsOf('limit=1&event_type=wallet.frozen')).toEqual(frozen.toReversed());
    expect(await idsOf('status=succeeded')).toEqual([]);

    const [first] = (await get(`${path}?limit=1`).expect(200)).body.data;
    const event = (await get(`/events/${closed[1]}`).expect(200)).body;
    expect(first).toEqual({
      ...{ id: closed[1], endpoint_id: id, event_id: closed[1], event_type: 'wallet.closed', status: 'pending' },
      ...{ attempts: 0, next_attempt_at: event.timestamp, created_at: event.timestamp, completed_at: null },
    });
    expect((await get(`${path}/${closed[1]}`).expect(200)).body).toEqual({ ...first, attempts_log: [] });
    expect((await post(`${path}/${closed[1]}/replay`).expect(202)).body).toEqual(first);
    await claim(id);
    expect((await get(`${path}/${closed[1]}`)).body).toMatchObject({ created_at: event.timestamp, status: 'pending' });
    expect(await idsOf('limit=2')).toEqual([...frozen, ...closed, ...tests].reverse());
  });

  it('are of what an endpoint subscribes to, and not of what was relayed while it was disabled', async () => {
    const { id } = await make({ event_types: ['wallet.closed'] });
    const path = `/webhook-endpoints/${id}`;
    const idsOf = async (): Promise<string[]> =>
      (await get(`${path}/deliveries`)).body.data.map((each: any) => each.event_id);
    const [frozen] = await tell('wallet.frozen');
    const [before] = await tell('wallet.closed');
    await request(service.url).patch(path).send({ status: 'disabled' }).expect(200);
    const [meanwhile] = await tell('wallet.closed');
    expect(await idsOf()).toEqual([before]);
    await request(service.url).patch(path).send({ status: 'enabled' }).expect(200);
    const [after] = await tell('wallet.closed');
    expect(await idsOf()).toEqual([after, before]);
    for (const event of [frozen, meanwhile]) await get(`${path}/deliveries/${event}`).expect(404);
    await get(`${path}/deliveries/${before}`).expect(200);
  });

  it('tell their last attempts, the latest first', async () => {
    const { id } = await make();
    const [eventId] = await tell('wallet.frozen');
    for (let round = 0; round < 51; round += 1) await fail(id, [eventId!], 0);
    const { body } = await get(`/webhook-endpoints/${id}/deliveries/${eventId}`).expect(200);
    expect(body).toMatchObject({ id: eventId, status: 'pending', attempts: 51 });
    expect(body.attempts_log.map((each: any) => each.number)).toEqual(Array.from({ length: 50 }, (_, n) => 51 - n));
    expect(body.attempts_log[0]).toMatchObject({
      ...{ duration_ms: 12, response_status: 500, error: null, response_excerpt: 'no' },
    });
    expect((await get(`/webhook-endpoints/${id}`)).body.failing_since).not.toBeNull();
    const missing = await get(`/webhook-endpoints/${id}/deliveries/${NOBODY}`).expect(404);
    expect(missing.body.code).toBe('delivery_not_found');
  });

  it.each(['feed:', 'feed:x', `feed:${'9'.repeat(19)}`, 'feed:-1'])('do not begin behind %s', async (key) => {
    const { id } = await make();
    const cursor = Buffer.from(key).toString('base64url');
    await get(`/webhook-endpoints/${id}/deliveries`).query({ cursor }).expect(400);
  });

  it('are sent again one by one', async () => {
    const { id } = await make();
    const [first, second] = await tell('wallet.frozen', 2);
    await fail(id, [first!, second!]);
    const path = `/webhook-endpoints/${id}/deliveries`;
    const answer = await post(`${path}/${first}/replay`).expect(202);
    expect(answer.body).toMatchObject({ id: first, status: 'pending', attempts: 1, completed_at: null });
    expect(Date.parse(answer.body.next_attempt_at)).toBeLessThanOrEqual(Date.now());
    expect(answer.headers['location']).toBe(`${path}/${first}`);
    expect((await get(`${path}/${second}`)).body.status).toBe('failed');
    expect((await post(`${path}/${NOBODY}/replay`).expect(404)).body.code).toBe('delivery_not_found');
  });

  it('are sent again if they failed since a time, all at once', async () => {
    const { id } = await make();
    const ids = await tell('wallet.frozen', 5);
    await fail(id, ids.slice(0, 4));
    await service.database.query(
      `UPDATE deliveries SET completed_at = now() - interval '2 hours' WHERE endpoint_id = $1 AND event_id = $2`,
      [id, ids[0]],
    );
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const again = (body: object): request.Test => post(`/webhook-endpoints/${id}/replay-failed`, body);
    expect((await again({ since }).expect(202)).body).toEqual({ replayed: 3 });
    const failed = await everyItem(service.url, `/webhook-endpoints/${id}/deliveries?status=failed`);
    expect(failed.map((each) => each['id'])).toEqual([ids[0]]);
    expect((await again({ since }).expect(202)).body).toEqual({ replayed: 0 });
    expect((await again({ since: '2020-01-01T00:00:00+03:00' }).expect(202)).body).toEqual({ replayed: 1 });
    for (const body of [{}, { since: 'yesterday' }, { since, until: since }]) await again(body).expect(400);
  });
});

describe('the feed', () => {
  const read = async (query: Record<string, unknown>): Promise<{ data: any[]; next_cursor: string; text: string }> => {
    const { body, text } = await get('/events').query(query).expect(200);
    return { ...body, text };
  };
  /** The end of the feed. */
  const end = async (): Promise<string> => {
    for (let page = await read({ limit: 200 }); ; page = await read({ limit: 200, after: page.next_cursor })) {
      if (page.data.length === 0) return page.next_cursor;
    }
  };

  it('is read on and on, and keeps its place where nothing is', async () => {
    const start = await end();
    const ids = await tell('wallet.frozen', 5);
    const first = await read({ after: start, limit: 3 });
    const second = await read({ after: first.next_cursor, limit: 3 });
    expect([first, second].map(({ data }) => data.map((event) => event.id))).toEqual([ids.slice(0, 3), ids.slice(3)]);
    const empty = await read({ after: second.next_cursor, limit: 3 });
    expect(empty).toMatchObject({ data: [], next_cursor: second.next_cursor });
    const more = await tell('wallet.closed');
    expect((await read({ after: empty.next_cursor })).data.map((event) => event.id)).toEqual(more);
  });

  it('begins at the beginning', async () => {
    const [{ rows }, page] = [
      await service.database.query('SELECT event_id FROM event_feed ORDER BY position LIMIT 2'),
      await read({ limit: 2 }),
    ];
    expect(page.data.map((event) => event.id)).toEqual(rows.map((row) => row.event_id));
  });

  it('tells events as they are stored, byte for byte, with their ids', async () => {
    const after = await end();
    const [id] = await tell('wallet.frozen');
    const { rows } = await service.database.query<{ body: string }>('SELECT body FROM events WHERE id = $1', [id]);
    const { body } = rows[0]!;
    const { data, text } = await read({ after });
    expect(text).toContain(body.slice(1));
    expect(data).toEqual([{ id, ...JSON.parse(body) }]);
    expect(Object.keys(data[0])).toEqual(['id', 'type', 'timestamp', 'data']);
    const single = await get(`/events/${id}`).expect(200);
    expect(single.text).toBe(`{"id":"${id}",${body.slice(1)}`);
    expect((await get(`/events/${NOBODY}`).expect(404)).body.code).toBe('event_not_found');
  });

  it('is read by type, of which the place gets on behind all the others', async () => {
    const after = await end();
    const frozen = await tell('wallet.frozen', 2);
    await tell('wallet.closed', 3);
    const idsOf = async (query: object): Promise<string[]> =>
      (await read({ after, ...query })).data.map((event) => event.id);
    expect(await idsOf({ type: 'wallet.frozen' })).toEqual(frozen);
    expect(await idsOf({ type: 'wallet.frozen', limit: 1 })).toEqual(frozen.slice(0, 1));
    expect(await idsOf({ type: ['wallet.frozen', 'wallet.closed'] })).toHaveLength(5);
    const rest = await read({ after, type: 'batch.completed' });
    expect(rest).toMatchObject({ data: [], next_cursor: await end() });
    const one = await read({ after, type: 'wallet.frozen', limit: 1 });
    expect((await read({ after: one.next_cursor })).data).toHaveLength(4);
  });

  it.each([{ after: 'x' }, { after: Buffer.from('9'.repeat(19)).toString('base64url') }, { limit: 0 }, { limit: 201 }])(
    'does not take %j',
    async (query) => {
      const answer = await get('/events').query(query).expect(400);
      expect(answer.body.errors[0].path).toBe(Object.keys(query)[0]);
    },
  );

  it.each(['type=a.b', 'type=', 'cursor=x'])('does not take %s', (query) => get(`/events?${query}`).expect(400));
});
