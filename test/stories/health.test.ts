import type { Database } from '@wallet/shared/database/pool';
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
    expect(answer.body).toEqual({
      ...{ status: 'ok', database: 'up', queue: 'up', reasons: [] },
      epoch: { id: expect.any(String), began_at: expect.any(String), reason: 'first', complete_until: null },
    });
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
    expect(answer.body).toMatchObject({ status: 'degraded', database: 'up', queue: 'down', reasons: ['queue_down'] });
    await request(service.url).get('/readyz').expect(200);
  });
});

describe('while no worker makes progress', () => {
  it.each([
    ['a single operation', { priority: 'high' }],
    ['a single operation of low priority', { priority: 'low' }],
    ['a line of a batch', null],
  ])('health is degraded because of %s that waits', async (_name, single) => {
    const service = await startService({ worker: false });
    try {
      const wallet = await createFundedWallet(service.url);
      const operation = { type: 'deposit', wallet_id: wallet, amount: '1.00' };
      const [path, body] = single
        ? ['/operations', { ...operation, ...single }]
        : ['/batches', { operations: [operation] }];
      await request(service.url).post(path).send(body).expect(202);
      expect((await request(service.url).get('/health').expect(200)).body.status).toBe('ok');
      await makeOlder(service.database, 60);
      const reasons = ['no_worker', 'operations_late'];
      await untilHealth(service, { status: 'degraded', database: 'up', queue: 'up', reasons });
      service.startWorker();
      await untilHealth(service, { status: 'ok', database: 'up', queue: 'up', reasons: [] });
    } finally {
      await service.stop();
    }
  });
});

/** As if everything pending had been accepted this many seconds earlier. */
async function makeOlder(database: Database, seconds: number): Promise<void> {
  const earlier = `- ${seconds} * interval '1 second'`;
  await database.query('ALTER TABLE pending_operations DISABLE TRIGGER pending_operations_unchanged');
  await database.query(`UPDATE pending_operations SET accepted_at = accepted_at ${earlier}`);
  await database.query('ALTER TABLE pending_operations ENABLE TRIGGER pending_operations_unchanged');
  await database.query(`UPDATE batch_parts SET touched_at = touched_at ${earlier}`);
}

async function untilHealth(service: Service, expected: object): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { epoch, ...body } = (await request(service.url).get('/health').expect(200)).body;
    expect(epoch).not.toBeNull();
    if (JSON.stringify(body) === JSON.stringify(expected)) return;
    if (Date.now() > deadline) expect(body).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
