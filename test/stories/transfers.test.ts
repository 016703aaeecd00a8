import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

function transfer(
  from_wallet_id: string,
  to_wallet_id: string,
  amount: string | number,
  more: object = {},
): request.Test {
  return request(service.url)
    .post('/transfers')
    .set('Prefer', 'wait=10')
    .send({ from_wallet_id, to_wallet_id, amount, ...more });
}

describe('a transfer', () => {
  it('moves an amount from one wallet to the other, and names both in its answer', async () => {
    const [from, to] = [await createFundedWallet(service.url, '10.00'), await createFundedWallet(service.url, '1.00')];
    const { body } = await transfer(from, to, '4.50', { description: 'rent' }).expect(200);
    expect(body).toMatchObject({
      type: 'transfer',
      status: 'succeeded',
      from_wallet_id: from,
      to_wallet_id: to,
      amount: '4.50',
      description: 'rent',
      result: {
        transaction_number: body.id,
        from_wallet_balance: '5.50',
        from_wallet_version: 2,
        to_wallet_balance: '5.50',
        to_wallet_version: 2,
      },
    });
    expect(body.wallet_id).toBeUndefined();
    expect([await balanceOf(service.url, from), await balanceOf(service.url, to)]).toEqual(['5.50', '5.50']);
  });

  it('of more than the balance fails, and moves nothing', async () => {
    const [from, to] = [await createFundedWallet(service.url, '1.00'), await createFundedWallet(service.url)];
    const { body } = await transfer(from, to, '1.01').expect(200);
    expect(body).toMatchObject({ status: 'failed', result: null, error: { code: 'insufficient_funds' } });
    expect([await balanceOf(service.url, from), await balanceOf(service.url, to)]).toEqual(['1.00', '0.00']);
  });

  it.each(['GOLD', 'DMND', 'PTS'])('of %s fails: it is not transferable', async (asset) => {
    const from = await createFundedWallet(service.url, '5.00', asset);
    const to = await createFundedWallet(service.url, undefined, asset);
    const { body } = await transfer(from, to, '1.00').expect(200);
    expect(body).toMatchObject({ status: 'failed', error: { code: 'asset_not_transferable' } });
  });

  it.each([
    ['frozen', 'wallet_frozen'],
    ['closed', 'wallet_closed'],
  ])('to a %s wallet fails', async (status, code) => {
    const [from, to] = [await createFundedWallet(service.url, '5.00'), await createFundedWallet(service.url)];
    await request(service.url).patch(`/wallets/${to}`).send({ status }).expect(200);
    const { body } = await transfer(from, to, '1.00').expect(200);
    expect(body).toMatchObject({ status: 'failed', error: { code } });
    expect(await balanceOf(service.url, from)).toBe('5.00');
  });

  it('is refused between two assets, to itself, and to or from an unknown wallet', async () => {
    const usd = await createFundedWallet(service.url, '5.00');
    const gold = await createFundedWallet(service.url, undefined, 'GOLD');
    const nobody = '018f0000-0000-7000-8000-000000000000';
    expect((await transfer(usd, gold, 1)).body).toMatchObject({ status: 422, code: 'asset_mismatch' });
    expect((await transfer(usd, usd.toUpperCase(), 1)).body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await transfer(usd, nobody, 1)).body).toMatchObject({ status: 404, code: 'wallet_not_found' });
    expect((await transfer(nobody, usd, 1)).body).toMatchObject({ status: 404, code: 'wallet_not_found' });
  });

  it('is safe to repeat with its key, and refused for another receiver', async () => {
    const from = await createFundedWallet(service.url, '5.00');
    const [to, other] = [await createFundedWallet(service.url), await createFundedWallet(service.url)];
    const first = await transfer(from, to, 2, { idempotency_key: 'rent-1' }).expect(200);
    const again = await transfer(from, to, '2.00', { idempotency_key: 'rent-1' }).expect(200);
    expect(again.body).toEqual(first.body);
    await transfer(from, other, 2, { idempotency_key: 'rent-1' }).expect(422);
    expect(await balanceOf(service.url, from)).toBe('3.00');
  });

  it('appears in the history of both wallets, each naming the other', async () => {
    const [from, to] = [await createFundedWallet(service.url, '5.00'), await createFundedWallet(service.url)];
    await transfer(from, to, 2).expect(200);
    const lines = await Promise.all(
      [from, to].map(async (id) => (await request(service.url).get(`/wallets/${id}/transactions`)).body.data[0]),
    );
    expect(lines).toMatchObject([
      { amount: '-2.00', balance_before: '5.00', balance_after: '3.00', other_wallet_id: to },
      { amount: '2.00', balance_before: '0.00', balance_after: '2.00', other_wallet_id: from },
    ]);
  });
});
