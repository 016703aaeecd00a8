import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '10.00');
});
afterAll(() => service.stop());

async function post(query: string, ...amounts: string[]): Promise<Record<string, unknown>> {
  const operations = amounts.map((amount) => ({ type: 'withdraw', wallet_id: wallet, amount }));
  const { body } = await request(service.url).post(`/batches${query}`).send({ operations });
  return body as Record<string, unknown>;
}

const list = async (query: Record<string, string | number>): Promise<unknown[]> =>
  (await everyItem(service.url, '/batches', query)).map(({ id }) => id);

it('batches are listed newest first, in pages, by status, priority and time', async () => {
  const first = await post('', '1.00', '99.00');
  await service.drained();
  const between = new Date();
  const second = await post('?priority=high', '2.00');
  await service.drained();
  const done = [second['id'], first['id']];
  expect(await list({})).toEqual(done);
  expect(await list({ limit: 1 })).toEqual(done);
  expect(await list({ status: 'completed' })).toEqual(done);
  expect(await list({ priority: 'high' })).toEqual([second['id']]);
  expect(await list({ from: between.toISOString() })).toEqual([second['id']]);
  expect(await list({ to: between.toISOString() })).toEqual([first['id']]);
  expect(await list({ to: '2020-01-01T00:00:00Z' })).toEqual([]);

  await service.stopWorkers();
  const waiting = await post('', '3.00', '4.00');
  const started = await post('', '5.00', '6.00');
  // As if a worker had applied one line and was gone: the law concerns what moves, not when it began.
  await service.database.query('UPDATE batch_totals SET started_at = now() WHERE batch_id = $1', [started['id']]);
  expect(await list({ status: 'pending' })).toEqual([waiting['id']]);
  expect(await list({ status: 'processing' })).toEqual([started['id']]);
  expect(await list({ status: 'completed' })).toEqual(done);
  expect(await list({})).toEqual([started['id'], waiting['id'], ...done]);
});

it('each is presented as by its own address', async () => {
  const { body } = await request(service.url).get('/batches?status=completed&limit=2').expect(200);
  expect(body.data).toHaveLength(2);
  for (const batch of body.data as Record<string, unknown>[]) {
    const { body: own } = await request(service.url)
      .get(`/batches/${String(batch['id'])}`)
      .expect(200);
    expect(batch).toEqual(own);
  }
});

it.each([
  ['status=done', 'status'],
  ['priority=urgent', 'priority'],
  ['from=yesterday', 'from'],
  ['limit=0', 'limit'],
  ['cursor=bGluZXM6MQ', 'cursor'],
  ['wallet_id=1', 'wallet_id'],
])('refuses %s', async (query, path) => {
  const { body } = await request(service.url).get(`/batches?${query}`).expect(400);
  expect(body).toMatchObject({ code: 'invalid_request' });
  expect(JSON.stringify(body)).toContain(path);
});
