import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';
import { createSubscriptions, payloadOf } from '../support/webhooks.ts';

/** A failing receiver is retried, paused, and finally disabled; it delays no other. */
let service: Service;
let webhooks: ReturnType<typeof createSubscriptions>;
beforeAll(async () => {
  service = await startService();
  webhooks = createSubscriptions(service);
});
afterEach(() => webhooks.end());
afterAll(() => service.stop());

it('sends the same bytes under the same id until they are accepted', async () => {
  const { receiver, id } = await webhooks.subscribe();
  receiver.answer = (_request, response) => response.writeHead(500).end('not now');
  const wallet = await createFundedWallet(service.url);
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await receiver.until(({ length }) => length >= 1);
  await webhooks.untilAttempts(id, 1);
  await webhooks.makeDue();
  await receiver.until(({ length }) => length >= 2);
  await webhooks.untilAttempts(id, 2);
  const [waiting] = await webhooks.deliveriesOf(id);
  // Half a minute, a fifth earlier or later, and not five seconds, as it was after the first.
  expect(new Date(waiting!['next_attempt_at'] as string).getTime() - Date.now()).toBeGreaterThan(10_000);
  receiver.answer = (_request, response) => response.writeHead(200).end();
  await webhooks.makeDue();
  await receiver.until(({ length }) => length >= 3);
  await webhooks.untilAttempts(id, 3);

  expect(new Set(receiver.received.map((each) => each.id)).size).toBe(1);
  expect(new Set(receiver.received.map((each) => each.body)).size).toBe(1);
  const [delivery] = await webhooks.deliveriesOf(id);
  expect(delivery).toMatchObject({ status: 'succeeded', attempts: 3, next_attempt_at: null });
  const { body } = await request(service.url)
    .get(`/webhook-endpoints/${id}/deliveries/${String(delivery!['event_id'])}`)
    .expect(200);
  expect(body.attempts_log).toMatchObject([
    { number: 3, response_status: 200, error: null },
    { number: 2, response_status: 500, response_excerpt: 'not now' },
    { number: 1, response_status: 500, response_excerpt: 'not now' },
  ]);
});

it('waits as long as a receiver asks for', async () => {
  const { receiver, id } = await webhooks.subscribe();
  receiver.answer = (_request, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
  await operate(service.url, await createFundedWallet(service.url), 'DEPOSIT', 1);
  await webhooks.untilAttempts(id, 1);
  const [delivery] = await webhooks.deliveriesOf(id);
  const waits = new Date(delivery!['next_attempt_at'] as string).getTime() - Date.now();
  expect(waits).toBeGreaterThan(3_500_000);
  const { rows } = await service.database.query<{ paused: boolean }>(
    `SELECT paused_until > now() + interval '58 minutes' AS paused FROM webhook_endpoint_states WHERE endpoint_id = $1`,
    [id],
  );
  expect(rows[0]!.paused).toBe(true);
});

it('disables an endpoint that is gone, and informs the others', async () => {
  const gone = await webhooks.subscribe();
  const other = await webhooks.subscribe({ event_types: ['webhook_endpoint.disabled'] });
  gone.receiver.answer = (_request, response) => response.writeHead(410).end();
  const wallet = await createFundedWallet(service.url);
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await other.receiver.until(({ length }) => length >= 1);
  expect(payloadOf(other.receiver.received[0]!).data).toMatchObject({ endpoint_id: gone.id, reason: 'gone' });
  const { body } = await request(service.url).get(`/webhook-endpoints/${gone.id}`).expect(200);
  expect(body).toMatchObject({ status: 'disabled', disabled_reason: 'gone' });

  gone.receiver.answer = (_request, response) => response.writeHead(204).end();
  await request(service.url).patch(`/webhook-endpoints/${gone.id}`).send({ status: 'enabled' }).expect(200);
  await webhooks.makeDue();
  // It gets what it did not accept, and what happened meanwhile: that it was disabled.
  await gone.receiver.until(({ length }) => length >= 3);
  const [refused, ...rest] = gone.receiver.received;
  expect(rest).toContainEqual(expect.objectContaining({ id: refused!.id, body: refused!.body }));
  const told = rest.find((each) => each.id !== refused!.id);
  expect(payloadOf(told!)).toMatchObject({ type: 'webhook_endpoint.disabled', data: { endpoint_id: gone.id } });
});

it('disables an endpoint that has failed for days', async () => {
  const { receiver, id } = await webhooks.subscribe();
  receiver.answer = (_request, response) => response.writeHead(500).end();
  const wallet = await createFundedWallet(service.url);
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await webhooks.untilAttempts(id, 1);
  await service.database.query(
    `UPDATE webhook_endpoint_states SET failing_since = now() - interval '5 days 1 minute' WHERE endpoint_id = $1`,
    [id],
  );
  await webhooks.makeDue();
  await webhooks.untilAttempts(id, 2);
  const { body } = await request(service.url).get(`/webhook-endpoints/${id}`).expect(200);
  expect(body).toMatchObject({ status: 'disabled', disabled_reason: 'failing' });
});

it('pauses a dead endpoint, which delays no other', async () => {
  const dead = await webhooks.subscribe();
  const alive = await webhooks.subscribe();
  dead.receiver.answer = (_request, response) => response.destroy();
  const wallet = await createFundedWallet(service.url);
  for (let n = 1; n <= 5; n += 1) {
    await operate(service.url, wallet, 'DEPOSIT', 1);
    await alive.receiver.until(({ length }) => length >= n);
  }
  const isPaused = async (): Promise<boolean> => {
    const { rows } = await service.database.query<{ paused: boolean }>(
      `SELECT coalesce(paused_until > now() + interval '20 seconds', false) AS paused FROM webhook_endpoint_states
       WHERE endpoint_id = $1`,
      [dead.id],
    );
    return rows[0]!.paused;
  };
  const deadline = Date.now() + 15_000;
  while (!(await isPaused())) {
    if (Date.now() > deadline) throw new Error('it was not left alone');
    await service.database.query(`UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'`);
  }
  const tried = dead.receiver.received.length;
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await alive.receiver.until(({ length }) => length >= 6);
  expect(dead.receiver.received).toHaveLength(tried);
});

it('sends no more than the rate that an endpoint asks for', async () => {
  const { receiver, id } = await webhooks.subscribe({ rate_limit: 5 });
  const wallet = await createFundedWallet(service.url);
  await Promise.all(Array.from({ length: 16 }, () => operate(service.url, wallet, 'DEPOSIT', 1)));
  await receiver.until(({ length }) => length >= 16);
  const { rows } = await service.database.query<{ most: number }>(
    `SELECT max(count)::int AS most FROM (
       SELECT (SELECT count(*) FROM delivery_attempts AS other WHERE other.endpoint_id = $1
                 AND other.started_at >= one.started_at AND other.started_at < one.started_at + interval '900 milliseconds')
       FROM delivery_attempts AS one WHERE endpoint_id = $1) AS counted`,
    [id],
  );
  expect(rows[0]!.most).toBeLessThanOrEqual(5);
});

it('retries in time although the clock of the worker is days off', async () => {
  const { receiver, id } = await webhooks.subscribe();
  receiver.answer = (_request, response) => response.writeHead(500).end();
  const wallet = await createFundedWallet(service.url);
  jest.useFakeTimers({ now: Date.now() + 7 * 24 * 3_600_000, doNotFake: REAL_TIMERS });
  try {
    await operate(service.url, wallet, 'DEPOSIT', 1);
    await receiver.until(({ length }) => length >= 1);
    await webhooks.untilAttempts(id, 1);
  } finally {
    jest.useRealTimers();
  }
  const { rows } = await service.database.query<{ soon: boolean }>(
    `SELECT next_attempt_at < now() + interval '1 minute' AS soon FROM deliveries
     WHERE endpoint_id = $1 AND attempts > 0`,
    [id],
  );
  expect(rows).toEqual([{ soon: true }]);
  const { body } = await request(service.url).get(`/webhook-endpoints/${id}`).expect(200);
  expect(body).toMatchObject({ status: 'enabled' });
});

/** Everything but the clock. */
const REAL_TIMERS = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];
