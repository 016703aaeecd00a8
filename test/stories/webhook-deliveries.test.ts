import { claimDeliveries, recordAttempts } from '@wallet/shared/database/tables/delivery-claims';
import type { EventType } from '@wallet/shared/words/event';
import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { relay as relayEvents, tellEvents } from '../support/tell-events.ts';

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

const tell = (type: EventType, count?: number, createdAt?: Date): Promise<string[]> =>
  tellEvents(service.database, type, count, createdAt);
const relay = (): Promise<void> => relayEvents(service.database);

/** Claims deliveries, which are due again at once. */
async function claim(endpointId: string, most = 1_000): Promise<void> {
  await claimDeliveries(service.database, endpointId, most, 0);
}

/** Fails deliveries permanently, as a worker records it that has claimed all of them. */
async function fail(
  endpointId: string,
  eventIds: string[],
  retryInMs: number | null = null,
  startedAt = new Date(),
): Promise<void> {
  await claim(endpointId);
  const attempt = { succeeded: false, startedAt, durationMs: 12.4, responseStatus: 500, error: null };
  const attempts = eventIds.map((eventId) => ({ ...attempt, eventId, responseExcerpt: 'no', retryInMs }));
  await recordAttempts(service.database, endpointId, attempts, { pauseMs: 0, lease: null, pauseResets: 0 });
}

describe('a test event', () => {
  it('creates one delivery, for this endpoint alone, before and after it is relayed', async () => {
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

  it('that were not claimed yet come first, the last of the feed before the others, and have no attempts', async () => {
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

  it('are counted with their endpoint, up to a limit: unsent, in flight, to be retried, and not ended ones', async () => {
    const { id } = await make({ event_types: ['wallet.closed'] });
    const pending = async (): Promise<number> => (await get(`/webhook-endpoints/${id}`).expect(200)).body.pending;
    expect(await pending()).toBe(0);
    const [first, second] = await tell('wallet.closed', 5);
    await tell('wallet.frozen', 2);
    expect(await pending()).toBe(5);
    await claim(id, 2);
    expect(await pending()).toBe(5);
    await fail(id, [first!], 60_000);
    await fail(id, [second!]);
    expect(await pending()).toBe(4);
    await request(service.url).patch(`/webhook-endpoints/${id}`).send({ status: 'disabled' }).expect(200);
    await tell('wallet.closed', 1_100);
    expect(await pending()).toBe(1_000);
    const listed = (await get('/webhook-endpoints').expect(200)).body.data;
    expect(listed.find((each: any) => each.id === id)).toMatchObject({ pending: 1_000 });
  });

  it('are of the types an endpoint subscribes to, including events relayed while it was disabled', async () => {
    const { id } = await make({ event_types: ['wallet.closed'] });
    const path = `/webhook-endpoints/${id}`;
    const idsOf = async (): Promise<string[]> =>
      (await get(`${path}/deliveries`)).body.data.map((each: any) => each.event_id);
    const [frozen] = await tell('wallet.frozen');
    const [before] = await tell('wallet.closed');
    await request(service.url).patch(path).send({ status: 'disabled' }).expect(200);
    const [meanwhile] = await tell('wallet.closed');
    expect(await idsOf()).toEqual([meanwhile, before]);
    // Its time is not known.
    expect((await get(`${path}/deliveries/${meanwhile}`)).body).toMatchObject({
      status: 'pending',
      next_attempt_at: null,
    });
    await request(service.url).patch(path).send({ status: 'enabled' }).expect(200);
    const [after] = await tell('wallet.closed');
    expect(await idsOf()).toEqual([after, meanwhile, before]);
    await get(`${path}/deliveries/${frozen}`).expect(404);
    const waiting = await get(`${path}/deliveries/${meanwhile}`).expect(200);
    expect(Date.parse(waiting.body.next_attempt_at)).toBeLessThanOrEqual(Date.now());
  });

  it('show their last attempts, newest first', async () => {
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
    const cursor = Buffer.from(`deliveries:${key}`).toString('base64url');
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

  it('that wait for another attempt are sent when the pause is over, and not before', async () => {
    const { id } = await make();
    const [tried, untold] = await tell('wallet.frozen', 2);
    await claim(id, 1);
    await fail(id, [tried!], 5_000);
    await service.database.query(
      `UPDATE webhook_endpoint_states SET paused_until = '2100-01-01T00:00:00Z' WHERE endpoint_id = $1`,
      [id],
    );
    for (const event of [tried, untold]) {
      const { body } = await get(`/webhook-endpoints/${id}/deliveries/${event}`).expect(200);
      expect(body).toMatchObject({ status: 'pending', next_attempt_at: '2100-01-01T00:00:00.000Z' });
    }
    const { body } = await get(`/webhook-endpoints/${id}`).expect(200);
    expect(body).toMatchObject({ paused_until: '2100-01-01T00:00:00.000Z', last_success_at: null });
    expect(body).toMatchObject({ last_failure_at: expect.any(String), last_error: { message: 'HTTP 500' } });
    const listed = (await get('/webhook-endpoints').expect(200)).body.data;
    expect(listed.find((each: any) => each.id === id)).toEqual(body);
  });
});

describe('undelivered events', () => {
  const HOUR = 3_600_000;
  const ago = (hours: number): Date => new Date(Date.now() - hours * HOUR);

  it('are recovered by when they happened or were last tried, whatever they wait for', async () => {
    const { id } = await make();
    const [old] = await tell('wallet.frozen', 1, ago(8));
    const [lost, retried, fine] = await tell('wallet.frozen', 3, ago(4));
    await fail(id, [old!, lost!], null, ago(3));
    await fail(id, [retried!], 24 * HOUR, ago(3));
    const taken = { succeeded: true, startedAt: ago(3), durationMs: 1, responseStatus: 204, error: null };
    const attempts = [{ ...taken, eventId: fine!, responseExcerpt: null, retryInMs: null }];
    await recordAttempts(service.database, id, attempts, { pauseMs: 0, lease: null, pauseResets: 0 });
    await tell('wallet.closed', 2, ago(1));
    const recover = async (since: Date, until?: Date): Promise<unknown> =>
      (await post(`/webhook-endpoints/${id}/recover`, { since, until }).expect(202)).body;

    expect(await recover(ago(2), ago(1.5))).toEqual({ recovered: 0, failed: 0, retrying: 0, waiting: 0 });
    // The old one was tried then, and did not happen then.
    expect(await recover(ago(3.5), ago(2))).toEqual({ recovered: 3, failed: 2, retrying: 1, waiting: 0 });
    const pending = await everyItem(service.url, `/webhook-endpoints/${id}/deliveries?status=pending`);
    expect(pending.map((each) => each['attempts'])).toEqual([0, 0, 1, 1, 1]);
    for (const each of pending) expect(Date.parse(each['next_attempt_at'])).toBeLessThanOrEqual(Date.now());
    // A second time there is nothing to do for them, and they still wait.
    expect(await recover(ago(5))).toEqual({ recovered: 5, failed: 0, retrying: 0, waiting: 5 });
    expect(await recover(ago(9), ago(7))).toEqual({ recovered: 1, failed: 0, retrying: 0, waiting: 1 });
    expect((await get(`/webhook-endpoints/${id}/deliveries/${fine}`)).body.status).toBe('succeeded');
  });

  it('are sent again by replay-failed too, permanently failed or waiting for another attempt', async () => {
    const { id } = await make();
    const ids = await tell('wallet.frozen', 4, ago(2));
    await fail(id, ids.slice(0, 2), null, ago(2));
    await fail(id, ids.slice(2, 3), 24 * HOUR, ago(0.5));
    const again = (body: object): request.Test => post(`/webhook-endpoints/${id}/replay-failed`, body);
    expect((await again({ since: ago(1) }).expect(202)).body).toEqual({ replayed: 1 });
    expect((await again({ since: '2020-01-01T00:00:00+03:00' }).expect(202)).body).toEqual({ replayed: 2 });
    expect((await again({ since: ago(3) }).expect(202)).body).toEqual({ replayed: 0 });
    for (const body of [{}, { since: 'yesterday' }, { since: ago(2), until: ago(1) }]) await again(body).expect(400);
  });

  it.each([
    [{}, 'since'],
    [{ since: 'yesterday' }, 'since'],
    [{ since: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00Z' }, 'until'],
    [{ since: '2026-01-02T00:00:00Z', until: null }, 'until'],
  ])('are not recovered for %j', async (body, path) => {
    const { id } = await make();
    const answer = await post(`/webhook-endpoints/${id}/recover`, body).expect(400);
    expect(answer.body.errors[0].path).toBe(path);
  });
});

describe('of a disabled endpoint', () => {
  it('are not sent, and requests are answered with what to do', async () => {
    const { id } = await make();
    const [event] = await tell('wallet.frozen');
    await fail(id, [event!]);
    const path = `/webhook-endpoints/${id}`;
    await request(service.url).patch(path).send({ status: 'disabled' }).expect(200);
    const since = '2026-01-01T00:00:00Z';
    for (const [what, body] of [
      ['test', undefined],
      [`deliveries/${event}/replay`, undefined],
      ['replay-failed', { since }],
      ['recover', { since }],
    ] as const) {
      const answer = await post(`${path}/${what}`, body).expect(409);
      expect(answer.body).toMatchObject({
        code: 'webhook_endpoint_disabled',
        detail: expect.stringContaining(
          `is disabled (requested), so nothing is sent to it. Enable it with PATCH ${path}`,
        ),
      });
    }
    expect((await get(`${path}/deliveries`)).body.data).toMatchObject([{ id: event, status: 'failed' }]);
  });
});
