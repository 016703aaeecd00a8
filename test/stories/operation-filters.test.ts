import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '10.00');
});
afterAll(() => service.stop());

async function idsOf(query: Record<string, string | number>): Promise<unknown[]> {
  return (await everyItem(service.url, '/operations', query)).map((operation) => operation['id']);
}

describe('the list of operations', () => {
  it('has the operations with a reference', async () => {
    const done = await operate(service.url, wallet, 'DEPOSIT', '1.00', { reference_id: 'order-1' });
    await operate(service.url, wallet, 'DEPOSIT', '1.00', { reference_id: 'order-11' });
    expect(await idsOf({ reference_id: 'order-1' })).toEqual([done['id']]);
    expect(await idsOf({ reference_id: 'ORDER-1' })).toEqual([]);
    expect(await idsOf({ reference_id: 'order-2' })).toEqual([]);
    const { body } = await request(service.url).get('/operations?reference_id=order-1').expect(200);
    expect(body.data).toEqual([done]);
  });

  it('has the operation of an idempotency key, wherever the key was written', async () => {
    const sent = { operation_type: 'DEPOSIT', amount: 1 };
    const byHeader = await request(service.url)
      .post(`/wallets/${wallet}/operation`)
      .set('Idempotency-Key', 'by-header')
      .send(sent)
      .expect(202);
    const byField = await operate(service.url, wallet, 'DEPOSIT', 1, { idempotency_key: 'by-field' });
    const byReference = await operate(service.url, wallet, 'DEPOSIT', 1, { reference_id: 'by-reference' });
    expect(await idsOf({ idempotency_key: 'by-header' })).toEqual([byHeader.body.id]);
    expect(await idsOf({ idempotency_key: 'by-field' })).toEqual([byField['id']]);
    expect(await idsOf({ idempotency_key: 'by-reference' })).toEqual([byReference['id']]);
    expect(await idsOf({ idempotency_key: 'by' })).toEqual([]);
  });

  it('has a line of a batch by its reference and its key, and both a retried line and its retry, newest first', async () => {
    const operations = [
      { type: 'withdraw', wallet_id: wallet, amount: '5000.00', reference_id: 'line-1' },
      { type: 'deposit', wallet_id: wallet, amount: '1.00', idempotency_key: 'line-2' },
    ];
    const sent = await request(service.url).post('/batches').set('Prefer', 'wait=10').send({ operations }).expect(200);
    await request(service.url).post(`/batches/${sent.body.id}/retry`).set('Prefer', 'wait=10').expect(200);
    const found = await everyItem(service.url, '/operations', { reference_id: 'line-1', limit: 1 });
    expect(found).toMatchObject([
      { reference_id: 'line-1', idempotency_key: null, status: 'failed' },
      { reference_id: 'line-1', idempotency_key: 'line-1', status: 'failed', batch_id: sent.body.id },
    ]);
    expect(await idsOf({ idempotency_key: 'line-1' })).toEqual([found[1]!['id']]);
    expect(await idsOf({ idempotency_key: 'line-2' })).toHaveLength(1);
  });

  it('combines these filters with the others', async () => {
    const done = await operate(service.url, wallet, 'WITHDRAW', '5000.00', { reference_id: 'together' });
    const other = await createFundedWallet(service.url);
    const reference = { reference_id: 'together' };
    for (const query of [
      ...[{}, { status: 'failed' }, { type: 'withdraw' }, { wallet_id: wallet }, { idempotency_key: 'together' }],
      { from: done['created_at'] as string },
    ]) {
      expect({ query, ids: await idsOf({ ...query, ...reference }) }).toEqual({ query, ids: [done['id']] });
    }
    for (const query of [
      ...[{ status: 'succeeded' }, { status: 'pending' }, { type: 'deposit' }, { wallet_id: other }],
      ...[{ idempotency_key: 'another' }, { batch_id: other }, { to: done['created_at'] as string }],
    ]) {
      expect({ query, ids: await idsOf({ ...query, ...reference }) }).toEqual({ query, ids: [] });
    }
  });

  it('has pending operations by reference and by key, including lines of batches', async () => {
    const idle = await startService({ worker: false });
    try {
      const into = await createFundedWallet(idle.url);
      const single = { type: 'deposit', wallet_id: into, amount: 1, reference_id: 'single' };
      await request(idle.url).post('/operations').send(single).expect(202);
      const operations = [{ ...single, reference_id: 'line' }];
      await request(idle.url).post('/batches').send({ operations }).expect(202);
      for (const name of ['single', 'line']) {
        for (const query of [{ reference_id: name }, { idempotency_key: name }]) {
          const found = await everyItem(idle.url, '/operations', { ...query, status: 'pending' });
          expect(found).toMatchObject([{ reference_id: name, status: 'pending' }]);
        }
      }
    } finally {
      await idle.stop();
    }
  });

  it.each([
    { reference_id: '' },
    { reference_id: 'a b' },
    { idempotency_key: 'ü' },
    { idempotency_key: 'x'.repeat(256) },
  ])('refuses %j, which no operation can have', async (query) => {
    const answer = await request(service.url).get('/operations').query(query).expect(400);
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ path: Object.keys(query)[0] }] });
  });
});
