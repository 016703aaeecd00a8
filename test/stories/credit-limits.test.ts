import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const patch = (wallet: string, body: object) => request(service.url).patch(`/api/v1/wallets/${wallet}`).send(body);
const setLimit = (wallet: string, credit_limit: unknown) => patch(wallet, { credit_limit });
const read = async (path: string) => (await request(service.url).get(path).expect(200)).body;

/** A wallet that may go below zero down to `limit`. */
async function createCreditWallet(limit: string, balance?: string, asset?: string): Promise<string> {
  const wallet = await createFundedWallet(service.url, balance, asset);
  await setLimit(wallet, limit).expect(200);
  return wallet;
}

async function actsOf(wallet: string): Promise<unknown[]> {
  const { rows } = await service.database.query(
    'SELECT action, detail FROM audit_log WHERE subject_id = $1 ORDER BY id',
    [wallet],
  );
  return rows;
}

describe('a credit limit', () => {
  it('is zero until it is set, and then part of the available amount', async () => {
    const wallet = await createFundedWallet(service.url, '30.00');
    expect(await read(`/wallets/${wallet}`)).toMatchObject({ credit_limit: '0.00', available: '30.00' });
    const { body } = await setLimit(wallet, '100.00').expect(200);
    expect(body).toMatchObject({ balance: '30.00', credit_limit: '100.00', available: '130.00', version: 1 });
    expect(await read(`/wallets/${wallet}`)).toEqual(body);
  });

  it('lets the balance go down to it, and no further', async () => {
    const wallet = await createCreditWallet('100.00', '30.00');
    expect(await operate(service.url, wallet, 'WITHDRAW', '130.01')).toMatchObject({
      error: {
        code: 'insufficient_funds',
        message: 'The paying wallet or house account has less available than the amount.',
      },
    });
    expect(await operate(service.url, wallet, 'WITHDRAW', '130.00')).toMatchObject({
      status: 'succeeded',
      result: { wallet_balance: '-100.00' },
    });
    expect(await operate(service.url, wallet, 'WITHDRAW', '0.01')).toMatchObject({ status: 'failed' });
    expect(await read(`/wallets/${wallet}`)).toMatchObject({ balance: '-100.00', available: '0.00' });
    expect(await operate(service.url, wallet, 'DEPOSIT', '0.01')).toMatchObject({
      result: { wallet_balance: '-99.99' },
    });
  });

  it('shows negative balances in history, in past balances and in the results of transfers', async () => {
    const [wallet, receiver] = [await createCreditWallet('5.00', '1.00'), await createCreditWallet('1.00')];
    await operate(service.url, receiver, 'WITHDRAW', '0.50');
    const { body } = await request(service.url)
      .post('/transfers')
      .set('Prefer', 'wait=10')
      .send({ from_wallet_id: wallet, to_wallet_id: receiver, amount: '1.05' });
    expect(body.result).toMatchObject({ from_wallet_balance: '-0.05', to_wallet_balance: '0.55' });
    const { data } = await read(`/wallets/${wallet}/transactions`);
    expect(data[0]).toMatchObject({ amount: '-1.05', balance_before: '1.00', balance_after: '-0.05' });
    expect(await read(`/wallets/${wallet}?at=${data[0].created_at as string}`)).toMatchObject({ balance: '-0.05' });
    expect((await read(`/wallets/${receiver}/transactions`)).data[0]).toMatchObject({ balance_before: '-0.50' });
    expect(await read(`/wallets/${wallet}/statistics`)).toMatchObject({ net: '-0.05' });
  });

  it('holds for users, and at the scale of each asset', async () => {
    await request(service.url).post('/assets').send({ code: 'NANO', name: 'Nano', scale: 9, transferable: false });
    const wallet = await createCreditWallet('0.000000002', undefined, 'NANO');
    expect(await read(`/wallets/${wallet}`)).toMatchObject({ credit_limit: '0.000000002', available: '0.000000002' });
    expect(await operate(service.url, wallet, 'WITHDRAW', '0.000000002')).toMatchObject({
      result: { wallet_balance: '-0.000000002' },
    });
    const { body } = await request(service.url).post('/clients').send({ name: 'Eve', login: 'eve' }).expect(201);
    await setLimit(body.wallets[0].id, 10).expect(200);
    const spent = await request(service.url)
      .post('/wallets/users/eve/spend')
      .set('Prefer', 'wait=10')
      .send({ amount: 10, asset: 'USD' });
    expect(spent.body.result).toMatchObject({ wallet_balance: '-10.00' });
    expect((await read(`/clients/${body.id}`)).wallets[0]).toMatchObject({ credit_limit: '10.00', available: '0.00' });
  });

  it('is lowered to the amount in use, and not below', async () => {
    const wallet = await createCreditWallet('100.00');
    await operate(service.url, wallet, 'WITHDRAW', '40.00');
    const { body } = await setLimit(wallet, '39.99').expect(409);
    expect(body).toMatchObject({ code: 'credit_in_use', detail: expect.stringContaining('-40.00') });
    await setLimit(wallet, '0').expect(409);
    expect(await read(`/wallets/${wallet}`)).toMatchObject({ credit_limit: '100.00' });
    await setLimit(wallet, '40.00').expect(200);
    expect(await operate(service.url, wallet, 'WITHDRAW', '0.01')).toMatchObject({ status: 'failed' });
    await operate(service.url, wallet, 'DEPOSIT', '40.00');
    expect((await setLimit(wallet, '0').expect(200)).body).toMatchObject({ credit_limit: '0.00', available: '0.00' });
  });

  it('is recorded as an action when it changes, and not when it stays the same', async () => {
    const wallet = await createFundedWallet(service.url);
    for (const limit of ['5.00', '5', '7.50', 0]) await setLimit(wallet, limit).expect(200);
    const action = 'wallet.credit_limit_changed';
    expect(await actsOf(wallet)).toEqual([
      { action, detail: { credit_limit: '5.00', before: '0.00' } },
      { action, detail: { credit_limit: '7.50', before: '5.00' } },
      { action, detail: { credit_limit: '0.00', before: '7.50' } },
    ]);
  });

  it.each([
    ['-1', 'must not be negative'],
    ['0.001', 'USD has at most 2 decimals'],
    ['0.000', 'USD has at most 2 decimals'],
    ['1e2', 'must be written in digits'],
    ['92233720368547758.08', 'is larger than an account can hold'],
    [true, 'must be a decimal such as "25.00"'],
  ])('is refused as %j', async (limit, message) => {
    const wallet = await createFundedWallet(service.url);
    const { body } = await setLimit(wallet, limit).expect(400);
    expect(body.errors[0]).toEqual({ path: 'credit_limit', message: expect.stringContaining(message) });
    expect(await actsOf(wallet)).toEqual([]);
  });

  it('may be as large as a balance, and is added to it as available', async () => {
    const most = '92233720368547758.07';
    const wallet = await createCreditWallet(most, most);
    expect(await read(`/wallets/${wallet}`)).toMatchObject({ available: '184467440737095516.14' });
    for (const left of ['0.00', `-${most}`]) {
      expect(await operate(service.url, wallet, 'WITHDRAW', most)).toMatchObject({ result: { wallet_balance: left } });
    }
  });

  it('is changed alone, for an existing wallet', async () => {
    const wallet = await createFundedWallet(service.url);
    await patch(wallet, { credit_limit: '1.00', status: 'frozen' }).expect(400);
    await patch(wallet, {}).expect(400);
    await setLimit('018f0000-0000-7000-8000-000000000000', '1.00').expect(404);
    expect(await actsOf(wallet)).toEqual([]);
  });

  it('of a frozen wallet can be changed, and cannot be spent', async () => {
    const wallet = await createFundedWallet(service.url);
    await patch(wallet, { status: 'frozen' }).expect(200);
    expect((await setLimit(wallet, '5.00').expect(200)).body).toMatchObject({ status: 'frozen', available: '5.00' });
    expect(await operate(service.url, wallet, 'WITHDRAW', '1.00')).toMatchObject({ error: { code: 'wallet_frozen' } });
  });

  it('of a closed wallet cannot be changed, and a wallet below zero cannot be closed', async () => {
    const wallet = await createCreditWallet('5.00');
    await operate(service.url, wallet, 'WITHDRAW', '1.00');
    expect((await patch(wallet, { status: 'closed' }).expect(409)).body.code).toBe('wallet_not_empty');
    await operate(service.url, wallet, 'DEPOSIT', '1.00');
    await patch(wallet, { status: 'closed' }).expect(200);
    expect((await setLimit(wallet, '6.00').expect(409)).body.code).toBe('wallet_closed');
  });
});

describe('a batch', () => {
  const post = (operations: object[], query = '') =>
    request(service.url).post(`/batches${query}`).set('Prefer', 'wait=10').send({ operations }).expect(200);
  const withdraw = (wallet_id: string, amount: string) => ({ type: 'withdraw', wallet_id, amount });
  const deposit = (wallet_id: string, amount: string) => ({ type: 'deposit', wallet_id, amount });

  it('spends on credit, and pays back', async () => {
    const wallet = await createCreditWallet('10.00', '1.00');
    const { body } = await post([withdraw(wallet, '6.00'), withdraw(wallet, '5.00'), deposit(wallet, '2.00')]);
    expect(body).toMatchObject({ succeeded: 3, failed: 0 });
    expect(await balanceOf(service.url, wallet)).toBe('-8.00');
  });

  it('is refused the lines beyond the credit', async () => {
    const wallet = await createCreditWallet('10.00', '1.00');
    const { body } = await post([withdraw(wallet, '11.00'), withdraw(wallet, '0.01'), deposit(wallet, '2.00')]);
    expect(body).toMatchObject({ succeeded: 2, failed: 1 });
    expect(await balanceOf(service.url, wallet)).toBe('-8.00');
  });

  it('that is atomic goes below zero on its way, or does nothing', async () => {
    const wallet = await createCreditWallet('10.00');
    const fits = await post([withdraw(wallet, '10.00'), deposit(wallet, '3.00')], '?atomic=true');
    expect(fits.body).toMatchObject({ succeeded: 2 });
    const exceeds = await post([withdraw(wallet, '2.00'), withdraw(wallet, '2.00')], '?atomic=true');
    expect(exceeds.body).toMatchObject({ failed: 2 });
    expect(await balanceOf(service.url, wallet)).toBe('-7.00');
  });
});
