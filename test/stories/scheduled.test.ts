import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { audit } from '../support/archive-rig.ts';
import { until } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';
import { createSubscriptions, payloadOf } from '../support/webhooks.ts';

/** An operation may be requested now and executed at a later time. */
let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  wallet = await createFundedWallet(service.url, '10.00');
});

const inS = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const post = (path: string, body: object) => request(service.url).post(path).send(body);
const deposit = (more: object) => post('/operations', { type: 'deposit', wallet_id: wallet, amount: '1.00', ...more });
const get = async (path: string) => (await request(service.url).get(path).expect(200)).body as Record<string, unknown>;

it('a scheduled operation is executed at its time, and reports that time throughout', async () => {
  const execute_at = inS(1.5);
  const { body, headers } = await deposit({ execute_at }).expect(202);
  expect(body).toMatchObject({ status: 'scheduled', execute_at, completed_at: null, result: null, error: null });
  expect(headers).toMatchObject({ location: `/operations/${body.id}`, 'retry-after': '2' });
  await operate(service.url, wallet, 'WITHDRAW', '2.00');
  const waiting = { ahead: null, waits_for: 'schedule', estimated_completion: execute_at };
  expect(await get(`/operations/${body.id}`)).toEqual({ ...body, ...waiting });
  expect(await get(`/wallets/${wallet}`)).toMatchObject({ balance: '8.00', pending_operations: 0 });
  await until('executed', async () => (await get(`/operations/${body.id}`))['status'] === 'succeeded');
  expect(await get(`/operations/${body.id}`)).toMatchObject({ execute_at, result: { wallet_balance: '9.00' } });
});

it('no request waits for a scheduled operation', async () => {
  const begun = Date.now();
  const { body } = await deposit({ execute_at: inS(500) })
    .set('Prefer', 'wait=10')
    .expect(202);
  await request(service.url).get(`/operations/${body.id}`).set('Prefer', 'wait=10').expect(200);
  expect(Date.now() - begun).toBeLessThan(5_000);
});

it('scheduled operations are listed by their status, and not among pending ones', async () => {
  const { body } = await deposit({ execute_at: inS(500) }).expect(202);
  expect(await get(`/operations?wallet_id=${wallet}&status=scheduled`)).toMatchObject({ data: [body] });
  for (const status of ['pending', 'failed'])
    expect(await get(`/operations?wallet_id=${wallet}&status=${status}`)).toMatchObject({ data: [] });
  expect(await get(`/operations?wallet_id=${wallet}`)).toMatchObject({ data: [body, { status: 'succeeded' }] });
});

it('its key returns the same operation, whatever its state, and no other', async () => {
  const asked = { execute_at: inS(2), idempotency_key: newId() };
  const { body } = await deposit(asked).expect(202);
  const again = await deposit(asked).expect(202);
  expect([again.body, again.headers['idempotent-replayed']]).toEqual([body, 'true']);
  await deposit({ ...asked, execute_at: inS(50) }).expect(422);
  await deposit({ idempotency_key: asked.idempotency_key }).expect(422);
  await until('executed', async () => (await get(`/operations/${body.id}`))['status'] === 'succeeded');
  const late = await deposit(asked).expect(202);
  expect(late.body).toMatchObject({ id: body.id, status: 'succeeded' });
});

it('a scheduled operation can be cancelled, once, and its event is sent', async () => {
  const subscriptions = createSubscriptions(service);
  const { receiver } = await subscriptions.subscribe({ event_types: ['operation.failed'] });
  const { body } = await deposit({ execute_at: inS(500) }).expect(202);
  const cancelled = await post(`/operations/${body.id}/cancel`, {}).expect(200);
  expect(cancelled.body).toMatchObject({ id: body.id, status: 'failed', error: { code: 'cancelled' }, result: null });
  expect(await get(`/operations/${body.id}`)).toEqual(cancelled.body);
  const { body: refused } = await post(`/operations/${body.id}/cancel`, {}).expect(409);
  expect(refused).toMatchObject({ code: 'operation_not_scheduled' });
  await until('told', () => receiver.received.length > 0);
  expect(receiver.received.map(payloadOf)).toMatchObject([{ type: 'operation.failed', data: cancelled.body }]);
  await subscriptions.end();
  expect(await balanceOf(service.url, wallet)).toBe('10.00');
});

it('an operation that is not scheduled cannot be cancelled', async () => {
  const done = await operate(service.url, wallet, 'DEPOSIT', '1.00');
  await post(`/operations/${String(done['id'])}/cancel`, {}).expect(409);
  await post(`/operations/${newId()}/cancel`, {}).expect(404);
});

it('every kind can be scheduled', async () => {
  const other = await createFundedWallet(service.url, '1.00');
  const hold = await post(`/wallets/${wallet}/holds`, { amount: '4.00', expires_in: 500 })
    .set('Prefer', 'wait=10')
    .expect(200);
  const execute_at = inS(4);
  const asked: [string, object][] = [
    ['/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount: '1.00' }],
    ['/resupplies', { wallet_id: wallet, amount: '1.00' }],
    [`/wallets/${wallet}/operation`, { operation_type: 'WITHDRAW', amount: '1.00', priority: 'low' }],
    [`/wallets/${wallet}/holds`, { amount: '1.00', expires_in: 500 }],
    [`/holds/${hold.body.id}/capture`, { amount: '1.00', final: false }],
    [`/holds/${hold.body.id}/release`, { amount: '1.00' }],
    ['/postings', { legs: [{ from: { wallet_id: wallet }, to: { wallet_id: other }, amount: '1.00' }] }],
  ];
  const ids: string[] = [];
  for (const [path, body] of asked) {
    const { body: accepted } = await post(path, { ...body, execute_at }).expect(202);
    expect(accepted).toMatchObject({ status: 'scheduled', execute_at });
    ids.push(accepted.id as string);
  }
  const first = await operate(service.url, wallet, 'DEPOSIT', '1.00');
  const reversal = await post(`/operations/${String(first['id'])}/reversal`, { execute_at }).expect(202);
  ids.push(reversal.body.id as string);
  // What names a scheduled hold before its moment finds none, which the audit takes for right afterwards too.
  const early = await post(`/holds/${ids[3]}/capture`, {}).set('Prefer', 'wait=10').expect(200);
  expect(early.body).toMatchObject({ error: { code: 'hold_closed' } });
  for (const id of ids)
    await until(`${id} has ended`, async () => (await get(`/operations/${id}`))['completed_at'] !== null);
  for (const id of ids) expect(await get(`/operations/${id}`)).toMatchObject({ status: 'succeeded', execute_at });
  expect(await audit(service)).toEqual([]);
});

it.each<[string, () => object]>([
  ['a moment that has passed', () => ({ execute_at: inS(-1) })],
  ['a moment that has passed, with a key', () => ({ execute_at: inS(-1), idempotency_key: newId() })],
  ['more than a year ahead', () => ({ execute_at: inS(366 * 86_400) })],
  ['no moment', () => ({ execute_at: 'tomorrow' })],
])('%s is refused', async (_what, more) => {
  const { body } = await deposit(more()).expect(400);
  expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'execute_at' }] });
});

it('a hold that would expire before it is executed is refused', async () => {
  const { body } = await post(`/wallets/${wallet}/holds`, {
    ...{ amount: '1.00', expires_at: inS(50), execute_at: inS(60) },
  }).expect(400);
  expect(body).toMatchObject({ errors: [{ path: 'expires_at', message: 'must be after execute_at' }] });
});

it('a line of a batch cannot be scheduled, and is refused with what to do instead', async () => {
  const line = { type: 'deposit', wallet_id: wallet, amount: '1.00' };
  const { body } = await post('/batches', { operations: [line, { ...line, execute_at: inS(50) }] }).expect(422);
  expect(body.errors).toEqual([
    { line: 2, field: 'execute_at', message: expect.stringMatching(/^cannot .* in a request of its own$/) },
  ]);
});
