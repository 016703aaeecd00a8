import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

async function get(path: string, query: Record<string, string | number> = {}): Promise<Record<string, any>> {
  const answer = await request(service.url).get(path).query(query).expect(200);
  return answer.body;
}

describe("a wallet's history", () => {
  it('shows each movement with the balance before and after, newest first, and no failed operation', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    await operate(service.url, wallet, 'WITHDRAW', '99.00');
    const last = await operate(service.url, wallet, 'WITHDRAW', '4.00', {
      description: 'lunch',
      reference_id: 'bill-9',
    });
    const { data, next_cursor } = await get(`/wallets/${wallet}/transactions`);
    expect(next_cursor).toBeNull();
    expect(data).toMatchObject([
      {
        operation_id: last['id'],
        type: 'withdraw',
        amount: '-4.00',
        balance_before: '10.00',
        balance_after: '6.00',
        description: 'lunch',
        reference_id: 'bill-9',
        other_wallet_id: null,
        version: 2,
      },
      { type: 'deposit', amount: '10.00', balance_before: '0.00', balance_after: '10.00', version: 1 },
    ]);
  });

  it('comes in pages that join without a gap, even while it grows', async () => {
    const wallet = await createFundedWallet(service.url);
    for (let index = 0; index < 11; index += 1) await operate(service.url, wallet, 'DEPOSIT', 1);
    const first = await get(`/wallets/${wallet}/transactions`, { limit: 4 });
    await operate(service.url, wallet, 'DEPOSIT', 1);
    const rest = await everyItem(service.url, `/wallets/${wallet}/transactions`, {
      limit: 4,
      cursor: first['next_cursor'],
    });
    const versions = [...first['data'], ...rest].map((line) => line['version'] as number);
    expect(versions).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('is filtered by type and by time; from is inclusive, to is exclusive', async () => {
    const wallet = await createFundedWallet(service.url);
    for (const type of ['DEPOSIT', 'WITHDRAW', 'DEPOSIT'] as const) {
      await operate(service.url, wallet, type, 1);
      await delay(5);
    }
    const { data } = await get(`/wallets/${wallet}/transactions`);
    const second = data[1]['created_at'] as string;
    const versionsOf = async (query: Record<string, string>): Promise<number[]> =>
      (await get(`/wallets/${wallet}/transactions`, query))['data'].map((line: { version: number }) => line.version);
    expect(await versionsOf({ type: 'withdraw' })).toEqual([2]);
    // Times are shown in milliseconds and stored in microseconds: the shown time is at or just before the stored one.
    expect(await versionsOf({ from: second })).toEqual([3, 2]);
    expect(await versionsOf({ to: second })).toEqual([1]);
    expect(await versionsOf({ from: second, to: data[0]['created_at'] })).toEqual([2]);
  });
});

it('statistics count and add by type, in a time range', async () => {
  const wallet = await createFundedWallet(service.url);
  const other = await createFundedWallet(service.url);
  await operate(service.url, wallet, 'DEPOSIT', '10.00');
  await operate(service.url, wallet, 'DEPOSIT', '5.50');
  await operate(service.url, wallet, 'WITHDRAW', '0.25');
  await operate(service.url, wallet, 'WITHDRAW', '100.00');
  await request(service.url)
    .post('/transfers')
    .set('Prefer', 'wait=5')
    .send({ from_wallet_id: wallet, to_wallet_id: other, amount: 5 })
    .expect(200);
  const all = await get(`/wallets/${wallet}/statistics`);
  expect(all).toMatchObject({ count: 4, credited: '15.50', debited: '5.25', net: '10.25', asset: 'USD' });
  expect(all['by_type']).toMatchObject([
    { type: 'deposit', count: 2, credited: '15.50', debited: '0.00' },
    { type: 'transfer', count: 1, credited: '0.00', debited: '5.00' },
    { type: 'withdraw', count: 1, credited: '0.00', debited: '0.25' },
  ]);
  expect(all['first_at'] < all['last_at']).toBe(true);
  const before = await get(`/wallets/${wallet}/statistics`, { to: '2000-01-01T00:00:00Z' });
  expect(before).toMatchObject({ count: 0, credited: '0.00', first_at: null, last_at: null, by_type: [] });
});

it('the balance of a past moment is that of the last entry before it', async () => {
  const wallet = await createFundedWallet(service.url);
  const moments = [new Date()];
  for (let index = 0; index < 9; index += 1) {
    await operate(service.url, wallet, 'DEPOSIT', 1);
    await delay(3);
    moments.push(new Date());
    await delay(3);
  }
  for (const [index, moment] of moments.entries()) {
    const past = await get(`/wallets/${wallet}`, { at: moment.toISOString() });
    expect(past).toMatchObject({ balance: `${index}.00`, version: index, at: moment.toISOString() });
  }
  await request(service.url).get(`/wallets/${wallet}`).query({ at: '2999-01-01T00:00:00Z' }).expect(400);
  await request(service.url).get(`/wallets/${wallet}`).query({ at: 'yesterday' }).expect(400);
});

describe('the list of operations', () => {
  it('has the newest first, in pages, filtered by wallet, status, type and time', async () => {
    const wallet = await createFundedWallet(service.url);
    const ids: string[] = [];
    for (let index = 1; index <= 6; index += 1) {
      const done = await operate(
        service.url,
        wallet,
        index % 3 === 0 ? 'WITHDRAW' : 'DEPOSIT',
        index * 10 ** (index % 3 === 0 ? 3 : 0),
      );
      ids.unshift(done['id'] as string);
    }
    const idsOf = async (query: Record<string, string | number>): Promise<string[]> =>
      (await everyItem(service.url, '/operations', { wallet_id: wallet, ...query })).map(
        (operation) => operation['id'] as string,
      );
    expect(await idsOf({ limit: 2 })).toEqual(ids);
    expect(await idsOf({ status: 'failed' })).toEqual([ids[0], ids[3]]);
    expect(await idsOf({ status: 'succeeded', limit: 3 })).toEqual(ids.filter((_, index) => index % 3 !== 0));
    expect(await idsOf({ type: 'withdraw' })).toEqual([ids[0], ids[3]]);
    expect(await idsOf({ type: 'bonus' })).toEqual([]);
    expect(await idsOf({ status: 'pending' })).toEqual([]);
    const third = await get(`/operations/${ids[2]}`);
    const sinceThird = await idsOf({ from: third['created_at'] });
    expect(sinceThird).toEqual(ids.slice(0, 3));
    expect(await idsOf({ to: third['created_at'] })).toEqual(ids.slice(3));
    const everyone = await get('/operations', { limit: 1 });
    expect(everyone['data']).toEqual([await get(`/operations/${ids[0]}`)]);
  });

  it.each([
    { limit: 0 },
    { limit: 201 },
    { cursor: 'x' },
    { status: 'done' },
    { from: '1' },
    { wallet_id: '1' },
    { page: 2 },
  ])('refuses %j', async (query) => {
    const answer = await request(service.url).get('/operations').query(query).expect(400);
    expect(answer.body.errors[0].path).toBe(Object.keys(query)[0]);
  });
});

describe('the status of a wallet', () => {
  const patch = (id: string, status: string) => request(service.url).patch(`/wallets/${id}`).send({ status });

  it('is frozen and unfrozen; a frozen wallet rejects later operations', async () => {
    const wallet = await createFundedWallet(service.url, '5.00');
    expect((await patch(wallet, 'frozen').expect(200)).body).toMatchObject({ status: 'frozen', balance: '5.00' });
    expect(await operate(service.url, wallet, 'WITHDRAW', 1)).toMatchObject({ error: { code: 'wallet_frozen' } });
    await patch(wallet, 'active').expect(200);
    expect(await operate(service.url, wallet, 'WITHDRAW', 1)).toMatchObject({ status: 'succeeded' });
  });

  it('is closed when it is empty, and then permanently', async () => {
    const wallet = await createFundedWallet(service.url, '5.00');
    expect((await patch(wallet, 'closed').expect(409)).body.code).toBe('wallet_not_empty');
    await operate(service.url, wallet, 'WITHDRAW', 5);
    await patch(wallet, 'closed').expect(200);
    await patch(wallet, 'closed').expect(200);
    expect((await patch(wallet, 'active').expect(409)).body.code).toBe('wallet_closed');
  });

  it('refuses an invalid value, and an unknown wallet', async () => {
    const wallet = await createFundedWallet(service.url);
    await patch(wallet, 'open').expect(400);
    await patch('018f0000-0000-7000-8000-000000000000', 'frozen').expect(404);
  });
});

describe('POST /operations', () => {
  const post = (body: object) => request(service.url).post('/operations').set('Prefer', 'wait=10').send(body);

  it.each(['deposit', 'resupply', 'top_up', 'bonus'])('takes a %s', async (type) => {
    const wallet_id = await createFundedWallet(service.url);
    const { body } = await post({
      type,
      wallet_id,
      amount: '2.00',
      metadata: { shop: 7, gift: true, note: null },
    }).expect(200);
    expect(body).toMatchObject({ type, wallet_id, result: { wallet_balance: '2.00' } });
    expect(body.metadata).toEqual({ shop: 7, gift: true, note: null });
  });

  it.each(['withdraw', 'spend'])('takes a %s', async (type) => {
    const wallet_id = await createFundedWallet(service.url, '2.00');
    const { body } = await post({ type, wallet_id, amount: '2.00' }).expect(200);
    expect(body).toMatchObject({ type, result: { wallet_balance: '0.00' } });
  });

  it('shows a transfer, and an operation of a user', async () => {
    const [from_wallet_id, to_wallet_id] = [
      await createFundedWallet(service.url, '2.00'),
      await createFundedWallet(service.url),
    ];
    const moved = await post({ type: 'transfer', from_wallet_id, to_wallet_id, amount: 1 }).expect(200);
    expect(moved.body.result).toMatchObject({ to_wallet_balance: '1.00' });
    await request(service.url).post('/clients').send({ name: 'Dora', login: 'dora' }).expect(201);
    const user = await post({ type: 'bonus', external_user_id: 'dora', asset: 'PTS', amount: 3 }).expect(200);
    expect(user.body).toMatchObject({ asset: 'PTS', result: { wallet_balance: '3.00' } });
  });

  it.each<[object, string]>([
    [{}, 'type'],
    [{ type: 'gift', wallet_id: 'x', amount: 1 }, 'type'],
    [{ type: 'deposit', amount: 1 }, 'wallet_id'],
    [{ type: 'transfer', from_wallet_id: '018f0000-0000-7000-8000-000000000000', amount: 1 }, 'to_wallet_id'],
    [
      { type: 'deposit', wallet_id: '018f0000-0000-7000-8000-000000000000', amount: 1, metadata: { a: { b: 1 } } },
      'metadata.a',
    ],
    [
      { type: 'deposit', wallet_id: '018f0000-0000-7000-8000-000000000000', amount: 1, metadata: { 'a b': 1 } },
      'metadata.a b',
    ],
    [
      {
        type: 'deposit',
        wallet_id: '018f0000-0000-7000-8000-000000000000',
        amount: 1,
        metadata: { a: 'x'.repeat(501) },
      },
      'metadata.a',
    ],
  ])('refuses %j', async (body, path) => {
    const answer = await post(body).expect(400);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });
});
