import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeEach(async () => {
  service = await startService({ worker: false });
});
afterEach(() => service.stop());

it('the pending operations of a cancelled batch fail as cancelled', async () => {
  const wallet_id = await createFundedWallet(service.url);
  const lines = Array.from({ length: 50 }, () => ({ type: 'deposit', wallet_id, amount: '1.00' }));
  const { body } = await request(service.url).post('/batches').send({ operations: lines }).expect(202);
  expect(body).toMatchObject({ status: 'pending', pending: 50, started_at: null, estimated_finish_at: null });
  const wallet = await request(service.url).get(`/wallets/${wallet_id}`).expect(200);
  expect(wallet.body.pending_operations).toBe(50);
  const pending = await request(service.url).get('/operations?status=pending&limit=60').expect(200);
  expect(pending.body.data).toHaveLength(50);
  await request(service.url).post(`/batches/${body.id}/retry`).expect(409);
  const cancelled = await request(service.url).post(`/batches/${body.id}/cancel`).expect(202);
  expect(cancelled.body.cancelled_at).not.toBeNull();
  service.startWorker();
  const end = await request(service.url).get(`/batches/${body.id}`).set('Prefer', 'wait=20').expect(200);
  expect(end.body).toMatchObject({
    status: 'completed',
    succeeded: 0,
    failed: 50,
    cancelled_at: cancelled.body.cancelled_at,
  });
  const { body: failed } = await request(service.url).get(`/operations?batch_id=${body.id}&limit=1`).expect(200);
  expect(failed.data[0].error.code).toBe('cancelled');
  expect(await balanceOf(service.url, wallet_id)).toBe('0.00');
});

it('a finished batch cannot be cancelled', async () => {
  service.startWorker();
  const operations = [{ type: 'deposit', wallet_id: await createFundedWallet(service.url), amount: '7.77' }];
  const { body } = await request(service.url)
    .post('/batches')
    .set('Prefer', 'wait=20')
    .send({ operations })
    .expect(200);
  const answer = await request(service.url).post(`/batches/${body.id}/cancel`).expect(409);
  expect(answer.body.code).toBe('batch_finished');
});
