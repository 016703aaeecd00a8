import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

describe('an operation', () => {
  it('is accepted with 202, applied, and found at its location', async () => {
    const wallet = await createFundedWallet(service.url);
    const accepted = await request(service.url)
      .post(`/api/v1/wallets/${wallet}/operation`)
      .send({ operation_type: 'DEPOSIT', amount: 500.5, description: 'salary' })
      .expect(202);
    expect(accepted.headers).toMatchObject({ 'retry-after': '1', location: `/api/v1/operations/${accepted.body.id}` });
    expect(accepted.body).toMatchObject({
      type: 'deposit',
      status: 'pending',
      wallet_id: wallet,
      asset: 'USD',
      amount: '500.50',
      priority: 'high',
      description: 'salary',
      result: null,
      error: null,
      completed_at: null,
    });

    await service.drained();
    const final = await request(service.url).get(accepted.headers['location']!).expect(200);
    expect(final.body).toMatchObject({
      id: accepted.body.id,
      status: 'succeeded',
      result: { transaction_number: accepted.body.id, wallet_balance: '500.50', wallet_version: 1 },
      error: null,
    });
    expect(final.headers['retry-after']).toBeUndefined();
    expect(Date.parse(final.body.completed_at)).toBeGreaterThanOrEqual(Date.parse(final.body.created_at));
  });

  it('is answered when it is final if the caller prefers to wait', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const done = await operate(service.url, wallet, 'WITHDRAW', '4.25');
    expect(done).toMatchObject({ status: 'succeeded', result: { wallet_balance: '5.75', wallet_version: 2 } });
  });

  it('fails without moving anything when the balance is too low', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const refused = await operate(service.url, wallet, 'WITHDRAW', '10.01');
    expect(refused).toMatchObject({ status: 'failed', result: null, error: { code: 'insufficient_funds' } });
    expect(await balanceOf(service.url, wallet)).toBe('10.00');
  });

  it.each([
    ['frozen', 'DEPOSIT', 'wallet_frozen'],
    ['frozen', 'WITHDRAW', 'wallet_frozen'],
    ['closed', 'DEPOSIT', 'wallet_closed'],
  ] as const)('on a %s wallet fails: %s', async (status, type, code) => {
    const wallet = await createFundedWallet(service.url);
    await service.database.query('UPDATE accounts SET status = $1 WHERE wallet_id = $2', [status, wallet]);
    expect(await operate(service.url, wallet, type, '1.00')).toMatchObject({ status: 'failed', error: { code } });
  });

  it('fails when the balance would exceed the limit of an account', async () => {
    const wallet = await createFundedWallet(service.url, '92233720368547758.07', 'PTS');
    expect(await operate(service.url, wallet, 'DEPOSIT', '0.01')).toMatchObject({
      status: 'failed',
      error: { code: 'balance_limit_exceeded' },
    });
    expect(await balanceOf(service.url, wallet)).toBe('92233720368547758.07');
  });

  it('is applied in the order of acceptance with the others of its wallet', async () => {
    const wallet = await createFundedWallet(service.url);
    for (let index = 1; index <= 20; index += 1) {
      await request(service.url)
        .post(`/wallets/${wallet}/operation`)
        .send({ operation_type: index % 4 === 0 ? 'WITHDRAW' : 'DEPOSIT', amount: index })
        .expect(202);
    }
    await service.drained();
    const { rows } = await service.database.query<{ version: bigint }>(
      `SELECT outcomes.wallet_version AS version FROM outcomes JOIN operations ON operations.id = operation_id
       WHERE wallet_id = $1 ORDER BY seq`,
      [wallet],
    );
    expect(rows.map((row) => Number(row.version))).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await balanceOf(service.url, wallet)).toBe('90.00');
  });

  it('is found under any spelling of its id, and of its wallet', async () => {
    const wallet = await createFundedWallet(service.url);
    for (const spelling of [wallet.toUpperCase(), `{${wallet}}`, wallet.replaceAll('-', '')]) {
      await operate(service.url, encodeURIComponent(spelling), 'DEPOSIT', '1.00');
    }
    const done = await operate(service.url, wallet, 'DEPOSIT', '1.00');
    expect(done).toMatchObject({ wallet_id: wallet, result: { wallet_balance: '4.00' } });
    await request(service.url)
      .get(`/operations/${String(done['id']).toUpperCase()}`)
      .expect(200);
  });
});
