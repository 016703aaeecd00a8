import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

describe('a wallet', () => {
  it('is created empty, of USD by default', async () => {
    const created = await request(service.url).post('/api/v1/wallets').send({}).expect(201);
    expect(created.body).toMatchObject({
      wallet_id: created.body.id,
      client_id: null,
      asset: 'USD',
      balance: '0.00',
      status: 'active',
      version: 0,
      pending_operations: 0,
    });
    expect(created.headers['location']).toBe(`/api/v1/wallets/${created.body.id}`);
    const read = await request(service.url).get(created.headers['location']!).expect(200);
    expect(read.body).toEqual(created.body);
    const balance = await request(service.url).get(`/wallets/${created.body.id}/balance`).expect(200);
    expect(balance.body).toEqual(created.body);
  });

  it("may have the caller's own id, once", async () => {
    const id = '0192AAAA-0000-7000-8000-00000000ABCD';
    const created = await request(service.url).post('/wallets').send({ id, asset: 'GOLD' }).expect(201);
    expect(created.body).toMatchObject({ id: id.toLowerCase(), asset: 'GOLD' });
    const again = await request(service.url).post('/wallets').send({ id: id.toLowerCase(), asset: 'PTS' }).expect(409);
    expect(again.body.code).toBe('wallet_exists');
  });

  it('belongs to a client, one for each asset', async () => {
    const { rows } = await service.database.query(
      `INSERT INTO clients (id, login, name) VALUES (gen_random_uuid(), 'carol', 'Carol') RETURNING id`,
    );
    const client_id = rows[0]!.id as string;
    const gold = await request(service.url).post('/wallets').send({ client_id, asset: 'GOLD' }).expect(201);
    expect(gold.body.client_id).toBe(client_id);
    await request(service.url).post('/wallets').send({ client_id, asset: 'PTS' }).expect(201);
    const second = await request(service.url).post('/wallets').send({ client_id, asset: 'GOLD' }).expect(409);
    expect(second.body.code).toBe('client_has_wallet');
  });

  it.each([
    [{ asset: 'EUR' }, 400, 'invalid_request'],
    [{ asset: 4 }, 400, 'invalid_request'],
    [{ id: 'x' }, 400, 'invalid_request'],
    [{ name: 'x' }, 400, 'invalid_request'],
    [{ client_id: '018f0000-0000-7000-8000-000000000000' }, 422, 'unknown_client'],
  ])('is not created from %j', async (body, status, code) => {
    const before = await countWallets();
    const answer = await request(service.url).post('/wallets').send(body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(await countWallets()).toBe(before);
  });

  it('reports how many operations are pending', async () => {
    const idle = await startService({ worker: false });
    const wallet = await createFundedWallet(idle.url);
    for (let index = 0; index < 3; index += 1) {
      await request(idle.url).post(`/wallets/${wallet}/operations`).send({ operation_type: 'DEPOSIT', amount: 1 });
    }
    const read = await request(idle.url).get(`/wallets/${wallet}`).expect(200);
    expect(read.body).toMatchObject({ balance: '0.00', version: 0, pending_operations: 3 });
    await idle.stop();
  });
});

async function countWallets(): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>('SELECT count(*)::int AS count FROM wallets');
  return rows[0]!.count;
}
