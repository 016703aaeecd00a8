import { randomUUID } from 'node:crypto';
import { insertDelivery } from '@wallet/shared/database/tables/delivery-replays';
import request from 'supertest';
import { Webhook } from 'standardwebhooks';
import type { Received } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';
import { createSubscriptions, payloadOf, sequenceOf } from '../support/webhooks.ts';

/** Subscribers get events, signed and at least once. */
let service: Service;
let webhooks: ReturnType<typeof createSubscriptions>;
beforeAll(async () => {
  service = await startService();
  webhooks = createSubscriptions(service);
});
afterEach(() => webhooks.end());
afterAll(() => service.stop());

const typesOf = (received: readonly Received[]): string[] => received.map((each) => payloadOf(each).type);

it('sends operations as the API answers them, signed according to Standard Webhooks', async () => {
  const { receiver, secret } = await webhooks.subscribe({ headers: { Authorization: 'Bearer of-the-receiver' } });
  const wallet = await createFundedWallet(service.url);
  const done = await operate(service.url, wallet, 'DEPOSIT', '5.00', { description: 'süß', reference_id: 'r-1' });
  const failed = await operate(service.url, wallet, 'WITHDRAW', '6.00');
  await receiver.until(({ length }) => length >= 2);

  const byType = new Map(receiver.received.map((each) => [payloadOf(each).type, each]));
  for (const [type, operation] of [
    ['operation.succeeded', done],
    ['operation.failed', failed],
  ] as const) {
    const got = byType.get(type)!;
    const { data, timestamp } = payloadOf(got);
    expect(data).toEqual({ ...operation, sequence: expect.any(Number) });
    expect(new Date(timestamp).toISOString()).toBe(timestamp);
    expect(new Webhook(secret).verify(got.body, got.headers as Record<string, string>)).toEqual(payloadOf(got));
    expect(got.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer of-the-receiver',
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
    });
  }
});

it('signs with the time of the attempt, however old the event is', async () => {
  const { receiver, id, secret } = await webhooks.subscribe();
  const event = '01900000-0000-7000-8000-000000000001';
  await service.database.query(
    `INSERT INTO events (id, type, created_at, body)
     VALUES ($1, 'wallet.frozen', '2024-06-09T15:22:18Z', '{"type":"wallet.frozen","data":{}}')`,
    [event],
  );
  await insertDelivery(service.database, id, event);
  await receiver.until(({ length }) => length >= 1);
  const got = receiver.received[0]!;
  expect(got.id).toBe(event);
  // A receiver refuses requests that are more than five minutes old.
  expect(new Webhook(secret).verify(got.body, got.headers as Record<string, string>)).toEqual(payloadOf(got));
});

it('signs with both secrets for a day after a rotation', async () => {
  const { receiver, id, secret } = await webhooks.subscribe();
  const rotated = await request(service.url).post(`/webhook-endpoints/${id}/rotate-secret`).send({}).expect(200);
  const wallet = await createFundedWallet(service.url);
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await receiver.until(({ length }) => length >= 1);
  await service.database.query(`UPDATE webhook_endpoints SET previous_secret_until = now() WHERE id = $1`, [id]);
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await receiver.until(({ length }) => length >= 2);

  const [during, after] = receiver.received as [Received, Received];
  const verify = (key: string, { body, headers }: Received) =>
    new Webhook(key).verify(body, headers as Record<string, string>);
  expect(verify(secret, during)).toEqual(verify(rotated.body.secret as string, during));
  expect(verify(rotated.body.secret as string, after)).toEqual(payloadOf(after));
  expect(() => verify(secret, after)).toThrow('No matching signature');
});

it('records nothing without a subscriber, and sends only what an endpoint subscribed to', async () => {
  const countEvents = async (): Promise<number> =>
    (await service.database.query<{ count: number }>('SELECT count(*)::int AS count FROM events')).rows[0]!.count;
  const before = await countEvents();
  const wallet = await createFundedWallet(service.url, '5.00');
  expect(await countEvents()).toBe(before);

  const failures = await webhooks.subscribe({ event_types: ['operation.failed'] });
  const all = await webhooks.subscribe({ event_types: ['*'] });
  await operate(service.url, wallet, 'DEPOSIT', 1);
  await operate(service.url, wallet, 'WITHDRAW', 100);
  await all.receiver.until(({ length }) => length >= 2);
  await failures.receiver.until(({ length }) => length >= 1);
  expect(typesOf(failures.receiver.received)).toEqual(['operation.failed']);
  expect(typesOf(all.receiver.received).sort()).toEqual(['operation.failed', 'operation.succeeded']);
  expect(await countEvents()).toBe(before + 2);
});

it('sends one event for a batch, none for its lines, and those of wallets', async () => {
  const { receiver } = await webhooks.subscribe();
  const wallet = await createFundedWallet(service.url);
  const operations = Array.from({ length: 30 }, (_, n) => ({ type: 'deposit', wallet_id: wallet, amount: n + 1 }));
  const batch = await request(service.url).post('/batches').set('Prefer', 'wait=10').send({ operations }).expect(200);
  await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(200);
  await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(200);
  await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'active' }).expect(200);
  await receiver.until(({ length }) => length >= 3);
  const told = receiver.received.map(payloadOf).sort((a, b) => sequenceOf(a) - sequenceOf(b));
  expect(told.map(({ type }) => type)).toEqual(['batch.completed', 'wallet.frozen', 'wallet.activated']);
  expect(told[0]!.data).toMatchObject({ id: batch.body.id, status: 'completed', total: 30, succeeded: 30 });
  expect(told[1]!.data).toMatchObject({ id: wallet, status: 'frozen', balance: '465.00' });
});

it('sends the lines of a batch that asks for it', async () => {
  const { receiver } = await webhooks.subscribe();
  const wallet = await createFundedWallet(service.url);
  const lines = ['type,wallet_id,amount', `deposit,${wallet},5`, `withdraw,${wallet},6`, `withdraw,${wallet},5`];
  const { body } = await request(service.url)
    .post('/batches?line_events=true')
    .set('Content-Type', 'text/csv')
    .send(lines.join('\n'))
    .expect(202);
  expect(body).toMatchObject({ line_events: true });
  await receiver.until(({ length }) => length >= 4);
  const told = receiver.received.map(payloadOf).toSorted((a, b) => sequenceOf(a) - sequenceOf(b));
  expect(told.map(({ type }) => type)).toEqual([
    'operation.succeeded',
    'operation.failed',
    'operation.succeeded',
    'batch.completed',
  ]);
  expect(told[1]!.data).toMatchObject({ batch_id: body.id, amount: '6.00', error: { code: 'insufficient_funds' } });
});

it('lets the receiver restore the order of a wallet', async () => {
  const { receiver } = await webhooks.subscribe();
  const wallet = await createFundedWallet(service.url);
  const ids: string[] = [];
  for (let n = 0; n < 60; n += 1) {
    const { body } = await request(service.url)
      .post(`/wallets/${wallet}/operation`)
      .send({ operation_type: n % 3 === 2 ? 'WITHDRAW' : 'DEPOSIT', amount: n % 3 === 2 ? 1000 : 1 })
      .expect(202);
    ids.push(body.id as string);
  }
  await receiver.until((received) => received.length >= ids.length);
  const told = receiver.received.map(payloadOf);
  const restored = told.toSorted((a, b) => sequenceOf(a) - sequenceOf(b)).map(({ data }) => data['id']);
  expect(restored).toEqual(ids);
});

it('sends a test event to one endpoint alone, and replays what is requested', async () => {
  const { receiver, id } = await webhooks.subscribe();
  const other = await webhooks.subscribe();
  await request(service.url).post(`/webhook-endpoints/${id}/test`).send({}).expect(202);
  await receiver.until(({ length }) => length >= 1);
  expect(typesOf(receiver.received)).toEqual(['webhook_endpoint.test']);
  await webhooks.untilAttempts(id, 1);
  const eventId = receiver.received[0]!.id;
  await request(service.url).post(`/webhook-endpoints/${id}/deliveries/${eventId}/replay`).send({}).expect(202);
  await receiver.until(({ length }) => length >= 2);
  expect(receiver.received[1]).toMatchObject({ id: eventId, body: receiver.received[0]!.body });
  expect(other.receiver.received).toHaveLength(0);
  await request(service.url).post(`/webhook-endpoints/${id}/deliveries/${randomUUID()}/replay`).send({}).expect(404);
});

it('offers every event in the feed, in an order that misses nothing', async () => {
  await webhooks.subscribe();
  const wallet = await createFundedWallet(service.url);
  // What happened before has its place in the feed.
  while ((await service.database.query('SELECT FROM unrelayed_events')).rows.length > 0) continue;
  const start = await request(service.url).get('/events?limit=200').expect(200);
  let cursor = start.body.next_cursor as string;
  for (let isEnd = false; !isEnd;) {
    const { body } = await request(service.url).get(`/events?limit=200&after=${cursor}`).expect(200);
    cursor = body.next_cursor as string;
    isEnd = body.data.length === 0;
  }
  const ids = await Promise.all(
    Array.from({ length: 40 }, async () => (await operate(service.url, wallet, 'DEPOSIT', 1))['id']),
  );
  const found: Record<string, { id: string; sequence: number }>[] = [];
  const deadline = Date.now() + 10_000;
  while (found.length < ids.length && Date.now() < deadline) {
    const { body } = await request(service.url).get(`/events?limit=7&after=${cursor}`).expect(200);
    found.push(...(body.data as typeof found));
    cursor = body.next_cursor as string;
  }
  expect(found.map(({ data }) => data!.id).sort()).toEqual(ids.toSorted());
  const sequences = found.map(({ data }) => data!.sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
});
