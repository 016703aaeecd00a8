import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

describe('health', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it.each(['', '/api/v1'])('is ok while database and queue answer (%s/health)', async (base) => {
    await operate(service.url, await createFundedWallet(service.url), 'DEPOSIT', 1);
    const answer = await request(service.url).get(`${base}/health`).expect(200);
    expect(answer.body).toEqual({ status: 'ok', database: 'up', queue: 'up' });
    await request(service.url).get(`${base}/livez`).expect(200, { status: 'ok' });
    await request(service.url).get(`${base}/readyz`).expect(200, { status: 'ok' });
  });
});

describe('without Redis from before the start (P6)', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ redisUrl: 'redis://127.0.0.1:1' });
  });
  afterAll(() => service.stop());

  it('health is degraded, operations are accepted, applied and waited for', async () => {
    const wallet = await createFundedWallet(service.url, '5.00');
    expect(await operate(service.url, wallet, 'WITHDRAW', '2.00')).toMatchObject({
      status: 'succeeded',
      result: { wallet_balance: '3.00' },
    });
    const answer = await request(service.url).get('/health').expect(200);
    expect(answer.body).toEqual({ status: 'degraded', database: 'up', queue: 'down' });
    await request(service.url).get('/readyz').expect(200);
  });
});
