import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

/** Sends a request for an operation, and waits for its end. Answers the operation. */
async function ask(path: string, body: object = {}): Promise<any> {
  return (await request(service.url).post(path).set('Prefer', 'wait=10').send(body).expect(200)).body;
}

const reverse = (id: string, body: object = {}): Promise<any> => ask(`/operations/${id}/reversal`, body);

async function read(id: string): Promise<any> {
  return (await request(service.url).get(`/operations/${id}`).expect(200)).body;
}

async function twoWallets(balance: string): Promise<[string, string]> {
  return [await createFundedWallet(service.url, balance), await createFundedWallet(service.url)];
}

describe('a reversal', () => {
  it('takes back a transfer, and each names the other', async () => {
    const [from, to] = await twoWallets('10.00');
    const transfer = await ask('/transfers', { from_wallet_id: from, to_wallet_id: to, amount: 4 });
    expect(transfer).not.toHaveProperty('reversed_amount');
    const reversal = await reverse(transfer.id, { description: 'sent twice' });
    expect(reversal).toMatchObject({
      ...{ type: 'reversal', status: 'succeeded', wallet_id: from, asset: 'USD', amount: '4.00' },
      ...{ reversal_of: transfer.id, description: 'sent twice' },
      result: { transaction_number: reversal.id, wallet_balance: '10.00', wallet_version: 3 },
    });
    expect(await read(transfer.id)).toEqual({ ...transfer, reversed_amount: '4.00' });
    expect([await balanceOf(service.url, from), await balanceOf(service.url, to)]).toEqual(['10.00', '0.00']);
  });

  it('in parts takes back no more than the whole, and without an amount the rest', async () => {
    const [from, to] = await twoWallets('10.00');
    const transfer = await ask('/transfers', { from_wallet_id: from, to_wallet_id: to, amount: 4 });
    expect(await reverse(transfer.id, { amount: '1.00' })).toMatchObject({ status: 'succeeded', amount: '1.00' });
    expect(await read(transfer.id)).toMatchObject({ reversed_amount: '1.00' });
    expect(await reverse(transfer.id, { amount: '3.01' })).toMatchObject({
      ...{ status: 'failed', amount: '3.01', result: null, error: { code: 'reversal_exceeds_operation' } },
    });
    expect(await reverse(transfer.id)).toMatchObject({ status: 'succeeded', amount: '3.00' });
    expect(await reverse(transfer.id)).toMatchObject({ error: { code: 'reversal_exceeds_operation' } });
    expect(await read(transfer.id)).toMatchObject({ reversed_amount: '4.00' });
  });

  it('raced by itself takes back no more than the whole', async () => {
    const [from, to] = await twoWallets('10.00');
    const transfer = await ask('/transfers', { from_wallet_id: from, to_wallet_id: to, amount: 4 });
    const raced = await Promise.all(Array.from({ length: 7 }, () => reverse(transfer.id, { amount: 1 })));
    expect(raced.filter(({ status }) => status === 'succeeded')).toHaveLength(4);
    expect(await balanceOf(service.url, from)).toBe('10.00');
  });

  it('without an amount has none until it has ended', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const deposit = await operate(service.url, wallet, 'DEPOSIT', '1.00');
    const { body } = await request(service.url)
      .post(`/operations/${String(deposit['id'])}/reversal`)
      .expect(202);
    expect(body).toMatchObject({ status: 'pending', amount: null, reversal_of: deposit['id'], result: null });
    await service.drained();
    expect(await read(body.id)).toMatchObject({ status: 'succeeded', amount: '1.00' });
  });

  it.each(['DEPOSIT', 'WITHDRAW'] as const)('of a %s goes the other way', async (type) => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const { id } = await operate(service.url, wallet, type, '4.00');
    expect(await reverse(String(id))).toMatchObject({ status: 'succeeded', result: { wallet_balance: '10.00' } });
  });

  it('of a capture returns it to the wallet, not to the hold', async () => {
    const [wallet, shop] = await twoWallets('10.00');
    const hold = await ask(`/wallets/${wallet}/holds`, { amount: 4 });
    const capture = await ask(`/holds/${hold.id}/capture`, { amount: 3, to_wallet_id: shop });
    expect(await reverse(capture.id, { amount: 2 })).toMatchObject({
      ...{ status: 'succeeded', wallet_id: wallet, amount: '2.00', result: { wallet_balance: '9.00' } },
    });
    expect(await read(capture.id)).toMatchObject({ amount: '3.00', reversed_amount: '2.00' });
    expect(await balanceOf(service.url, shop)).toBe('1.00');
  });

  it('fails if the wallet that has to pay has less, or is frozen', async () => {
    const [from, to] = await twoWallets('10.00');
    const transfer = await ask('/transfers', { from_wallet_id: from, to_wallet_id: to, amount: 4 });
    await operate(service.url, to, 'WITHDRAW', '0.01');
    expect(await reverse(transfer.id)).toMatchObject({ error: { code: 'insufficient_funds' } });
    await request(service.url).patch(`/wallets/${to}`).send({ status: 'frozen' }).expect(200);
    expect(await reverse(transfer.id)).toMatchObject({ error: { code: 'wallet_frozen' } });
    expect(await read(transfer.id)).not.toHaveProperty('reversed_amount');
  });

  it('of a failed operation fails', async () => {
    const wallet = await createFundedWallet(service.url);
    const { id } = await operate(service.url, wallet, 'WITHDRAW', '4.00');
    expect(await reverse(String(id))).toMatchObject({ error: { code: 'operation_not_succeeded' } });
  });

  it('waits for its target', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const path = `/wallets/${wallet}/operation`;
    const { body } = await request(service.url).post(path).send({ operation_type: 'DEPOSIT', amount: 1 }).expect(202);
    expect(await reverse(body.id)).toMatchObject({ status: 'succeeded', result: { wallet_version: 3 } });
  });

  it('is safe to repeat with its key, and refused for another amount', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const { id } = await operate(service.url, wallet, 'WITHDRAW', '4.00');
    const first = await reverse(String(id), { amount: 1, idempotency_key: 'reversal-1' });
    expect(await reverse(String(id), { amount: '1.00', idempotency_key: 'reversal-1' })).toEqual(first);
    const other = { amount: 2, idempotency_key: 'reversal-1' };
    const { body } = await request(service.url)
      .post(`/operations/${String(id)}/reversal`)
      .send(other)
      .expect(422);
    expect(body.code).toBe('idempotency_key_reused');
    expect(await balanceOf(service.url, wallet)).toBe('7.00');
  });

  it('can be requested in the general form', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const { id } = await operate(service.url, wallet, 'WITHDRAW', '4.00');
    const asked = { type: 'reversal', operation_id: id, amount: '1.50' };
    expect(await ask('/operations', asked)).toMatchObject({ type: 'reversal', reversal_of: id, amount: '1.50' });
  });

  it('is refused for an operation that cannot be reversed or does not exist, and leaves nothing behind', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const deposit = await operate(service.url, wallet, 'DEPOSIT', '1.00');
    const hold = await ask(`/wallets/${wallet}/holds`, { amount: 4 });
    const release = await ask(`/holds/${hold.id}/release`);
    const reversal = await reverse(String(deposit['id']));
    const count = async () => (await service.database.query('SELECT count(*) FROM operations')).rows;
    const before = await count();
    const refused = [
      [NOBODY, {}, 404, 'operation_not_found'],
      ['nothing', {}, 400, 'invalid_request'],
      [hold.id, {}, 409, 'not_reversible'],
      [release.id, {}, 409, 'not_reversible'],
      [reversal.id, { amount: '-1' }, 409, 'not_reversible'],
      [String(deposit['id']), { amount: '0.001' }, 400, 'invalid_request'],
      [String(deposit['id']), { amounts: 1 }, 400, 'invalid_request'],
    ] as const;
    for (const [id, body, status, code] of refused) {
      const answer = await request(service.url).post(`/operations/${id}/reversal`).send(body);
      expect([id, body, answer.status, answer.body.code]).toEqual([id, body, status, code]);
    }
    expect(await count()).toEqual(before);
  });
});
