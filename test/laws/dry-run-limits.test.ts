import request from 'supertest';
import { dryRun } from '../support/dry-run.ts';
import { type Service, startService } from '../support/service.ts';

/** The limits of dry runs: the backlog they consider, and their number. */

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

async function post(path: string, body: object, status = 202): Promise<Record<string, any>> {
  return (await request(service.url).post(path).send(body).expect(status)).body;
}

async function createWallet(): Promise<string> {
  return (await post('/wallets', {}, 201))['id'];
}

describe('the backlog of a dry run', () => {
  const deposits = (wallet: string, count: number): object[] =>
    Array.from({ length: count }, () => ({ type: 'deposit', wallet_id: wallet, amount: '0.01' }));

  it('may have 1,000 operations, and no more', async () => {
    const wallet = await createWallet();
    await post('/batches', { operations: deposits(wallet, 600) });
    await post('/batches', { operations: deposits(wallet, 399) });
    const asked = { wallet_id: wallet, amount: '1.00' };
    await post('/resupplies', asked);
    const told = await dryRun(service, '/resupplies', asked);
    expect(told).toMatchObject({ ahead: 1_000, result: { wallet_balance: '11.99', wallet_version: 1_001 } });
    await post('/resupplies', asked);
    const refused = await post('/resupplies?dry_run=true', asked, 409);
    expect(refused).toMatchObject({ code: 'too_many_pending', detail: expect.stringContaining('1000') });
    expect(await dryRun(service, '/resupplies', { ...asked, wallet_id: await createWallet() })).toMatchObject({
      ahead: 0,
    });
  });

  it('excludes lines of atomic batches, which get their position when they are applied', async () => {
    const wallet = await createWallet();
    await post('/batches?atomic=true', { operations: deposits(wallet, 5) });
    const told = await dryRun(service, '/resupplies', { wallet_id: wallet, amount: '1.00' });
    expect(told).toMatchObject({ ahead: 0, result: { wallet_balance: '1.00', wallet_version: 1 } });
  });

  it('includes lines of a cancelled batch, which fail', async () => {
    const wallet = await createWallet();
    const { id } = await post('/batches', { operations: deposits(wallet, 5) });
    await post(`/batches/${id}/cancel`, {});
    const told = await dryRun(service, '/resupplies', { wallet_id: wallet, amount: '1.00' });
    expect(told).toMatchObject({ ahead: 5, result: { wallet_balance: '1.00', wallet_version: 1 } });
  });
});

describe('under load', () => {
  it('a dry run is answered while operations are refused, and its result comes true once a worker runs', async () => {
    const busy = await startService({ worker: false, admission: { pendingOperations: 3 } });
    try {
      const { body } = await request(busy.url).post('/wallets').send({}).expect(201);
      const asked = { wallet_id: body.id, amount: '1.00' };
      for (let count = 0; count < 3; count += 1) await request(busy.url).post('/resupplies').send(asked).expect(202);
      await request(busy.url).post('/resupplies').send(asked).expect(503);
      await request(busy.url).post('/resupplies?dry_run=false').send(asked).expect(503);
      const told = await dryRun(busy, '/resupplies', asked);
      expect(told).toMatchObject({ ahead: 3, result: { wallet_balance: '4.00' } });
      busy.startWorker();
      await busy.drained();
      await request(busy.url)
        .post('/batches')
        .send({ operations: [{ type: 'resupply', ...asked }] })
        .expect(202);
      await busy.drained();
      const balance = await request(busy.url).get(`/wallets/${body.id}`).expect(200);
      expect(balance.body).toMatchObject({ balance: '4.00', version: 4 });
    } finally {
      await busy.stop();
    }
  });

  it('two dry runs run at once and a hundred wait, so that other reads are answered, and the rest is refused', async () => {
    const wallet = await createWallet();
    const blocking = await service.database.connect();
    await blocking.query('BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE');
    const asked = Array.from({ length: 110 }, () =>
      request(service.url)
        .post('/resupplies?dry_run=true')
        .send({ wallet_id: wallet, amount: 1 })
        .then((answer) => answer),
    );
    let refused = 0;
    for (const each of asked) void each.then(({ status }) => (refused += Number(status === 503)));
    const deadline = Date.now() + 20_000;
    try {
      while (refused < 8 && Date.now() < deadline) await request(service.url).get('/operations').expect(200);
    } finally {
      await blocking.query('ROLLBACK');
      blocking.release();
    }
    const answers = await Promise.all(asked);
    const full = answers.filter(({ status }) => status !== 200);
    expect(full).toHaveLength(8);
    for (const { status, body, headers } of full) {
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'overloaded', '1']);
    }
  });
});
