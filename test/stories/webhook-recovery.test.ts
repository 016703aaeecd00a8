import request from 'supertest';
import { Webhook } from 'standardwebhooks';
import type { Received } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';
import { type Told, createSubscriptions, payloadOf } from '../support/webhooks.ts';

/** An endpoint that was down receives what it missed, at once when an operator requests it. */
let service: Service;
let webhooks: ReturnType<typeof createSubscriptions>;
beforeAll(async () => {
  service = await startService();
  webhooks = createSubscriptions(service);
});
afterEach(async () => {
  await untilRelayed();
  await webhooks.end();
});
afterAll(() => service.stop());

const typesOf = (received: readonly Received[]): string[] => received.map((each) => payloadOf(each).type);

async function read(endpoint: string): Promise<Record<string, any>> {
  return (await request(service.url).get(`/webhook-endpoints/${endpoint}`).expect(200)).body;
}

async function post(endpoint: string, what: string, body?: object): Promise<any> {
  return (await request(service.url).post(`/webhook-endpoints/${endpoint}/${what}`).send(body).expect(202)).body;
}

async function change(endpoint: string, fields: object): Promise<void> {
  await request(service.url).patch(`/webhook-endpoints/${endpoint}`).send(fields).expect(200);
}

async function deposit(times = 1): Promise<void> {
  const wallet = await createFundedWallet(service.url);
  for (let n = 0; n < times; n += 1) await operate(service.url, wallet, 'DEPOSIT', 1);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to this in time');
  }
}

/** An event that is relayed after an endpoint was created is sent to it, whenever it happened. */
const untilRelayed = (): Promise<void> =>
  until(async () => (await service.database.query('SELECT FROM unrelayed_events LIMIT 1')).rows.length === 0);

const untilDisabled = (endpoint: string): Promise<void> =>
  until(async () => (await read(endpoint))['status'] === 'disabled');

const untilTried = (endpoint: string, event: string): Promise<void> =>
  until(async () => {
    const path = `/webhook-endpoints/${endpoint}/deliveries/${event}`;
    return (await request(service.url).get(path).expect(200)).body.attempts === 1;
  });

/** An endpoint with `tried` failed deliveries, which wait for hours, and a pause of ten minutes. */
async function subscribePaused(tried: number): Promise<Told> {
  const told = await webhooks.subscribe();
  told.receiver.answer = (_request, response) => response.writeHead(500).end();
  await deposit(tried);
  await until(async () => {
    await service.database.query('UPDATE webhook_endpoint_states SET paused_until = NULL');
    const deliveries = await webhooks.deliveriesOf(told.id);
    return deliveries.length === tried && deliveries.every(({ attempts }) => attempts !== 0);
  });
  await service.database.query(
    `WITH later AS (
       UPDATE deliveries SET next_attempt_at = now() + interval '3 hours' WHERE endpoint_id = $1 AND status = 'pending'
     )
     UPDATE webhook_endpoint_states
     SET failures = 8, failing_since = now() - interval '10 minutes', paused_until = now() + interval '10 minutes'
     WHERE endpoint_id = $1`,
    [told.id],
  );
  return told;
}

const HEALTHY = { failing_since: null, paused_until: null };

it('an endpoint that was down for ten minutes is recovered at once, and its pause was visible', async () => {
  const since = new Date();
  const { receiver, id } = await subscribePaused(3);
  await deposit(2);
  await untilRelayed();
  const paused = await read(id);
  expect(Date.parse(paused['paused_until']) - Date.now()).toBeGreaterThan(500_000);
  expect(paused).toMatchObject({ status: 'enabled', last_error: { message: 'HTTP 500' }, last_success_at: null });
  const missed = await webhooks.deliveriesOf(id);
  expect(missed.map((each) => each['next_attempt_at'])).toEqual(missed.map(() => expect.any(String)));
  expect(Math.min(...missed.map((each) => Date.parse(String(each['next_attempt_at']))))).toBe(
    Date.parse(paused['paused_until']),
  );

  receiver.answer = (_request, response) => response.writeHead(204).end();
  const before = receiver.received.length;
  const asked = performance.now();
  expect(await post(id, 'recover', { since })).toEqual({ recovered: 5, failed: 0, retrying: 3, waiting: 2 });
  await receiver.until(({ length }) => length === before + 5);
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(new Set(receiver.received.map((each) => each.id)).size).toBe(5);
  await webhooks.untilAttempts(id, 1);
  expect(await read(id)).toMatchObject({
    ...HEALTHY,
    last_success_at: expect.any(String),
    last_error: { message: 'HTTP 500' },
  });
});

it('replay-failed sends deliveries that wait for another attempt', async () => {
  const { receiver, id } = await subscribePaused(2);
  receiver.answer = (_request, response) => response.writeHead(204).end();
  const before = receiver.received.length;
  expect(await post(id, 'replay-failed', { since: '2026-01-01T00:00:00Z' })).toEqual({ replayed: 2 });
  await receiver.until(({ length }) => length === before + 2);
});

it('one delivery is replayed at once while the endpoint is paused', async () => {
  const { receiver, id } = await subscribePaused(2);
  const [last] = await webhooks.deliveriesOf(id);
  receiver.answer = (_request, response) => response.writeHead(204).end();
  const before = receiver.received.length;
  await post(id, `deliveries/${String(last!['event_id'])}/replay`);
  await receiver.until(({ length }) => length > before);
  expect(receiver.received[before]!.id).toBe(last!['event_id']);
});

it('a test is sent at once, ahead of the backlog, while the endpoint is paused and still fails', async () => {
  const { receiver, id } = await subscribePaused(2);
  await service.database.query(
    `UPDATE deliveries SET next_attempt_at = now() - interval '5 minutes' WHERE endpoint_id = $1`,
    [id],
  );
  const before = receiver.received.length;
  for (let n = 0; n < 2; n += 1) {
    const { event_id: event } = await post(id, 'test');
    await receiver.until((received) => received.some((each) => each.id === event));
    await untilTried(id, event as string);
  }
  expect(typesOf(receiver.received.slice(before))).toEqual(['webhook_endpoint.test', 'webhook_endpoint.test']);
  expect((await read(id))['paused_until']).not.toBeNull();
});

it('a request that is still under way when a test is requested does not delay it', async () => {
  const { receiver, id } = await subscribePaused(1);
  let fail: (() => void) | undefined;
  receiver.answer = (_request, response) => {
    fail = () => response.writeHead(503, { 'retry-after': '3600' }).end();
  };
  await webhooks.makeDue();
  const before = receiver.received.length;
  await receiver.until(({ length }) => length > before);
  const { event_id: event } = await post(id, 'test');
  receiver.answer = (_request, response) => response.writeHead(204).end();
  fail!();
  const asked = performance.now();
  await receiver.until((received) => received.some((each) => each.id === event));
  expect(performance.now() - asked).toBeLessThan(5_000);
});

describe('events while an endpoint is', () => {
  /** Causes events for a disabled endpoint, and enables it. It gets them as they are stored, signed anew. */
  async function expectTold({ receiver, id, secret }: Told): Promise<void> {
    const rotated = await request(service.url).post(`/webhook-endpoints/${id}/rotate-secret`).expect(200);
    const wallet = await createFundedWallet(service.url);
    const happened = [
      await operate(service.url, wallet, 'DEPOSIT', '5.00'),
      await operate(service.url, wallet, 'WITHDRAW', '6.00'),
    ];
    await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(200);
    receiver.answer = (_request, response) => response.writeHead(204).end();
    await change(id, { status: 'enabled' });
    const ids = [...happened.map((operation) => operation['id']), wallet];
    const mine = (received: readonly Received[]): Received[] =>
      received.filter((each) => ids.includes(payloadOf(each).data['id']));
    await receiver.until((received) => mine(received).length === 3);

    const types = ['operation.succeeded', 'operation.failed', 'wallet.frozen'];
    expect(typesOf(mine(receiver.received)).toSorted()).toEqual(types.toSorted());
    for (const got of mine(receiver.received)) {
      const { text } = await request(service.url).get(`/events/${got.id}`).expect(200);
      expect(`{"id":"${got.id}",${got.body.slice(1)}`).toBe(text);
      for (const key of [secret, rotated.body.secret as string]) {
        expect(new Webhook(key).verify(got.body, got.headers as Record<string, string>)).toEqual(payloadOf(got));
      }
    }
  }

  it('disabled by hand, and the only one there is, are sent when it is enabled', async () => {
    const told = await webhooks.subscribe();
    await change(told.id, { status: 'disabled' });
    await expectTold(told);
  });

  it('disabled because it answered 410 are sent when it is enabled', async () => {
    const told = await webhooks.subscribe();
    told.receiver.answer = (_request, response) => response.writeHead(410).end();
    await deposit();
    await untilDisabled(told.id);
    expect(await read(told.id)).toMatchObject({ status: 'disabled', disabled_reason: 'gone', paused_until: null });
    await expectTold(told);
  });

  it('disabled because it failed for days are sent when it is enabled', async () => {
    const told = await subscribePaused(1);
    await service.database.query(
      `UPDATE webhook_endpoint_states SET failing_since = now() - interval '5 days 1 minute' WHERE endpoint_id = $1`,
      [told.id],
    );
    await webhooks.makeDue();
    await untilDisabled(told.id);
    expect(await read(told.id)).toMatchObject({ status: 'disabled', disabled_reason: 'failing', paused_until: null });
    await expectTold(told);
  });

  it('disabled are not sent to a deleted one, and only those of its types at that time', async () => {
    const [kept, deleted] = [await webhooks.subscribe(), await webhooks.subscribe()];
    for (const { id } of [kept, deleted]) await change(id, { status: 'disabled' });
    await deposit(2);
    await change(kept.id, { event_types: ['operation.failed'] });
    const wallet = await createFundedWallet(service.url);
    const failed = await operate(service.url, wallet, 'WITHDRAW', 1);
    await request(service.url).delete(`/webhook-endpoints/${deleted.id}`).expect(204);
    await change(kept.id, { status: 'enabled' });
    await kept.receiver.until(({ length }) => length >= 1);
    await post(kept.id, 'test');
    await kept.receiver.until(({ length }) => length >= 2);
    expect(typesOf(kept.receiver.received)).toEqual(['operation.failed', 'webhook_endpoint.test']);
    expect(payloadOf(kept.receiver.received[0]!).data['id']).toBe(failed['id']);
    expect(deleted.receiver.received).toEqual([]);
  });
});
