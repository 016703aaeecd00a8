import request from 'supertest';
import { startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  for (const body of [{ name: 'fees' }, { name: 'exchange', may_go_negative: true }]) {
    await request(service.url).post('/accounts').send(body).expect(201);
  }
});
afterAll(() => service.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

const wallet = (wallet_id: string) => ({ wallet_id });
const account = (name: string) => ({ account: name });
const leg = (from: object, to: object, amount: string | number, more: object = {}) => ({ from, to, amount, ...more });

/** Sends a posting, and waits for its end. Answers the operation. */
async function post(legs: readonly object[], more: object = {}): Promise<any> {
  return (
    await request(service.url)
      .post('/postings')
      .set('Prefer', 'wait=10')
      .send({ legs, ...more })
      .expect(200)
  ).body;
}

const balances = (...ids: string[]): Promise<string[]> => Promise.all(ids.map((id) => balanceOf(service.url, id)));

async function balanceOfHouse(name: string, asset: string): Promise<string> {
  const { body } = await request(service.url).get('/accounts').expect(200);
  const found = body.data.find((each: any) => each.name === name).balances.find((each: any) => each.asset === asset);
  return found?.balance ?? '0';
}

describe('a posting', () => {
  it('takes a fee on a transfer', async () => {
    const [from, to] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
    const legs = [leg(wallet(from), wallet(to), 4), leg(wallet(from), account('fees'), '0.05')];
    const { body } = await request(service.url).post('/postings').send({ legs, description: 'with a fee' }).expect(202);
    expect(body).toMatchObject({
      ...{ type: 'posting', status: 'pending', wallet_id: from, asset: 'USD', amount: null, description: 'with a fee' },
      legs: [
        { from: { wallet_id: from }, to: { wallet_id: to }, asset: 'USD', amount: '4.00' },
        { from: { wallet_id: from }, to: { account: 'fees' }, asset: 'USD', amount: '0.05' },
      ],
    });
    await service.drained();
    const done = await request(service.url).get(`/operations/${body.id}`).expect(200);
    expect(done.body).toEqual({
      ...{ ...body, status: 'succeeded', completed_at: done.body.completed_at },
      result: { transaction_number: body.id, wallet_balance: '5.95', wallet_version: 3 },
    });
    expect(await balances(from, to)).toEqual(['5.95', '4.00']);
    expect(await balanceOfHouse('fees', 'USD')).toBe('0.05');
  });

  it('exchanges two assets', async () => {
    const usd = await createFundedWallet(service.url, '10.00');
    const gold = await createFundedWallet(service.url, undefined, 'GOLD');
    const done = await post([leg(wallet(usd), account('exchange'), '7.50'), leg(account('exchange'), wallet(gold), 3)]);
    expect(done).toMatchObject({ status: 'succeeded', wallet_id: usd, legs: [{ asset: 'USD' }, { asset: 'GOLD' }] });
    expect(await balances(usd, gold)).toEqual(['2.50', '3.00']);
    expect(await balanceOfHouse('exchange', 'GOLD')).toBe('-3.00');
  });

  it('splits an amount, and uses the credit of an earlier leg', async () => {
    const empty = await createFundedWallet(service.url);
    const receivers = await Promise.all([1, 2, 3].map(() => createFundedWallet(service.url)));
    const done = await post([
      leg(account('treasury'), wallet(empty), '1.00'),
      ...receivers.map((id, at) => leg(wallet(empty), wallet(id), ['0.34', '0.33', '0.33'][at]!)),
    ]);
    expect(done).toMatchObject({ status: 'succeeded', result: { wallet_balance: '0.00', wallet_version: 4 } });
    expect(await balances(...receivers)).toEqual(['0.34', '0.33', '0.33']);
  });

  it('moves all or nothing, and fails for the first reason in the order of its legs', async () => {
    const [from, to] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
    const gold = [
      await createFundedWallet(service.url, '5', 'GOLD'),
      await createFundedWallet(service.url, undefined, 'GOLD'),
    ] as const;
    const frozen = await createFundedWallet(service.url, '1.00');
    await request(service.url).patch(`/wallets/${frozen}`).send({ status: 'frozen' }).expect(200);
    const first = leg(wallet(from), wallet(to), 4);
    const codeOf = async (...legs: object[]) => (await post([first, ...legs])).error.code;
    expect(await codeOf(leg(wallet(from), account('fees'), '6.01'))).toBe('insufficient_funds');
    expect(await codeOf(leg(account('fees'), wallet(to), 1_000_000))).toBe('insufficient_funds');
    expect(await codeOf(leg(wallet(frozen), account('fees'), 1))).toBe('wallet_frozen');
    expect(await codeOf(leg(wallet(gold[0]), wallet(gold[1]), 1))).toBe('asset_not_transferable');
    expect(await codeOf(leg(wallet(from), account('fees'), 7), leg(wallet(frozen), wallet(to), 1))).toBe(
      'insufficient_funds',
    );
    expect(await balances(from, to)).toEqual(['10.00', '0.00']);
  });

  it('can be reversed, as a whole and once', async () => {
    const [from, to] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
    const fees = await balanceOfHouse('fees', 'USD');
    const done = await post([leg(wallet(from), wallet(to), 4), leg(wallet(from), account('fees'), 1)]);
    const path = `/operations/${done.id}/reversal`;
    const part = await request(service.url).post(path).send({ amount: 1 }).expect(400);
    expect(part.body.errors).toEqual([expect.objectContaining({ path: 'amount' })]);
    const { body } = await request(service.url).post(path).set('Prefer', 'wait=10').expect(200);
    expect(body).toMatchObject({ status: 'succeeded', amount: null, result: { wallet_balance: '10.00' } });
    expect((await request(service.url).get(`/operations/${done.id}`)).body).toEqual({
      ...{ ...done, reversed: true, reversed_amount: null },
    });
    expect(await balances(from, to)).toEqual(['10.00', '0.00']);
    expect(await balanceOfHouse('fees', 'USD')).toBe(fees);
    const again = await request(service.url).post(path).set('Prefer', 'wait=10').expect(200);
    expect(again.body.error.code).toBe('reversal_exceeds_operation');
  });

  it('is safe to repeat with its key, and refused with another leg', async () => {
    const [from, to] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
    const idempotency_key = 'posting-1';
    const first = await post([leg(wallet(from), wallet(to), 4)], { idempotency_key });
    expect(await post([leg(wallet(from), wallet(to), '4.00', { asset: 'USD' })], { idempotency_key })).toEqual(first);
    const legs = [leg(wallet(from), account('fees'), 4)];
    const { body } = await request(service.url).post('/postings').send({ legs, idempotency_key }).expect(422);
    expect(body.code).toBe('idempotency_key_reused');
    expect(await balances(from, to)).toEqual(['6.00', '4.00']);
  });

  it('can be requested in the general form, and has up to 100 legs', async () => {
    const [from, to] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url)];
    const legs = Array.from({ length: 100 }, () => leg(wallet(from), wallet(to), '0.01'));
    const asked = { type: 'posting', legs };
    const { body } = await request(service.url).post('/operations').set('Prefer', 'wait=10').send(asked).expect(200);
    expect(body).toMatchObject({ type: 'posting', status: 'succeeded', result: { wallet_balance: '9.00' } });
    await request(service.url)
      .post('/postings')
      .send({ legs: [...legs, legs[0]] })
      .expect(400);
  });

  it('that is refused names the leg at fault, and leaves nothing behind', async () => {
    const usd = wallet(await createFundedWallet(service.url, '10.00'));
    const gold = wallet(await createFundedWallet(service.url, undefined, 'GOLD'));
    const rows = async () =>
      (
        await service.database.query(
          `SELECT (SELECT count(*) FROM operations) AS operations, (SELECT count(*) FROM operation_legs) AS legs,
                  (SELECT count(*) FROM operation_keys) AS keys`,
        )
      ).rows;
    const before = await rows();
    const good = leg(usd, account('fees'), 1);
    const refused = [
      [[], 400, 'invalid_request', 'legs'],
      [[good, leg({}, usd, 1)], 400, 'invalid_request', 'legs.1.from'],
      [[good, leg(usd, { ...gold, account: 'fees' }, 1)], 400, 'invalid_request', 'legs.1.to'],
      [[good, leg(usd, wallet('nothing'), 1)], 400, 'invalid_request', 'legs.1.to'],
      [[good, leg(usd, wallet(NOBODY), 1)], 404, 'wallet_not_found', NOBODY],
      [[good, leg(usd, account('nobody'), 1)], 404, 'account_not_found', 'nobody'],
      [[good, leg(usd, account('fees'), 1, { asset: 'EUR' })], 400, 'invalid_request', 'legs.1.asset'],
      [[good, leg(account('fees'), account('treasury'), 1)], 400, 'invalid_request', 'legs.1.asset'],
      [[good, leg(usd, gold, 1)], 422, 'asset_mismatch', 'legs.1.to'],
      [[good, leg(usd, account('fees'), 1, { asset: 'GOLD' })], 422, 'asset_mismatch', 'legs.1.asset'],
      [[good, leg(usd, usd, 1)], 400, 'invalid_request', 'legs.1.to'],
      [[good, leg(usd, account('fees'), '0.001')], 400, 'invalid_request', 'legs.1.amount'],
      [[leg(account('fees'), account('treasury'), 1, { asset: 'USD' })], 400, 'invalid_request', 'legs'],
    ] as const;
    for (const [legs, status, code, named] of refused) {
      const { body } = await request(service.url).post('/postings').send({ legs, idempotency_key: 'posting-refused' });
      expect([legs, body.status, body.code]).toEqual([legs, status, code]);
      expect(body.detail).toContain(named);
    }
    expect(await rows()).toEqual(before);
  });
});

it('an endpoint is sent the event of a posting, with its legs', async () => {
  const receiver = await startReceiver();
  try {
    await request(service.url)
      .post('/webhook-endpoints')
      .send({ url: receiver.url, event_types: ['operation.succeeded'] })
      .expect(201);
    const [from, to] = [await createFundedWallet(service.url), await createFundedWallet(service.url)];
    const done = await post([leg(account('treasury'), wallet(from), 4), leg(wallet(from), wallet(to), 3)]);
    await receiver.until((received) => received.length > 0);
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ type: 'operation.succeeded', data: done });
  } finally {
    await receiver.stop();
  }
});
