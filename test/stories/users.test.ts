import { firstWalletId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

let users = 0;
async function createUser(): Promise<string> {
  users += 1;
  const login = `user ${users} / ü`;
  await request(service.url).post('/clients').send({ login, name: 'User' }).expect(201);
  return login;
}

function act(login: string, word: string, body: object): request.Test {
  return request(service.url)
    .post(`/api/v1/wallets/users/${encodeURIComponent(login)}/${word}`)
    .set('Prefer', 'wait=10')
    .send(body);
}

async function walletsOf(login: string): Promise<{ asset: string; balance: string }[]> {
  const { body } = await request(service.url).get('/clients').query({ limit: 200 }).expect(200);
  return body.data.find((client: { login: string }) => client.login === login).wallets;
}

describe('a client', () => {
  it('is created with its first wallet atomically', async () => {
    const { body, headers } = await request(service.url)
      .post('/clients')
      .send({ name: 'Иванов Иван', login: 'ivan', asset: 'GOLD' })
      .expect(201);
    expect(body).toMatchObject({ name: 'Иванов Иван', login: 'ivan', wallets: [{ asset: 'GOLD', balance: '0.00' }] });
    expect(body.wallets[0].client_id).toBe(body.id);
    const read = await request(service.url).get(headers['location']!).expect(200);
    expect(read.body).toEqual(body);
  });

  it('cannot take the login of another, and then leaves no wallet behind', async () => {
    const login = await createUser();
    const before = await count('wallets');
    const { body } = await request(service.url).post('/clients').send({ name: 'Other', login }).expect(409);
    expect(body.code).toBe('login_taken');
    expect(await count('wallets')).toBe(before);
  });

  it('is listed, page after page, each once', async () => {
    for (let index = 0; index < 5; index += 1) await createUser();
    const seen: string[] = [];
    let url: string | undefined = '/clients?limit=2';
    while (url !== undefined) {
      const answer: request.Response = await request(service.url).get(url).expect(200);
      expect(answer.body.data.length).toBeLessThanOrEqual(2);
      seen.push(...answer.body.data.map((client: { id: string }) => client.id));
      url = /<(.*)>; rel="next"/.exec(answer.headers['link'] ?? '')?.[1];
      expect(answer.body.next_cursor === null).toBe(url === undefined);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(await count('clients'));
  });

  it('that does not exist is answered with 404', async () => {
    await request(service.url).get('/clients/018f0000-0000-7000-8000-000000000000').expect(404);
  });
});

describe('a user', () => {
  it('gets a wallet of an asset when first credited, tops up, gets a bonus, spends', async () => {
    const login = await createUser();
    const topUp = await act(login, 'top-up', { amount: '100.00', asset_type_id: 1 }).expect(200);
    expect(topUp.body).toMatchObject({ type: 'top_up', asset: 'GOLD', result: { wallet_balance: '100.00' } });
    const bonus = await act(login, 'bonus', { amount: 5, asset: 'GOLD' }).expect(200);
    expect(bonus.body).toMatchObject({ type: 'bonus', result: { wallet_balance: '105.00' } });
    const spend = await act(login, 'spend', { amount: 30, asset_type_id: 1, idempotency_key: `spend-${users}` });
    expect(spend.body).toMatchObject({ type: 'spend', result: { wallet_balance: '75.00' } });
    const again = await act(login, 'spend', { amount: 30, asset_type_id: 1, idempotency_key: `spend-${users}` });
    expect(again.body).toEqual(spend.body);
    const balance = await request(service.url)
      .get(`/wallets/users/${encodeURIComponent(login)}/balance?asset_type_id=1`)
      .expect(200);
    expect(balance.body).toMatchObject({ asset: 'GOLD', balance: '75.00', version: 3 });
  });

  it('gets one wallet, however many first credits come at once', async () => {
    const login = await createUser();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => act(login, 'bonus', { amount: 1, asset: 'PTS' })),
    );
    expect(new Set(answers.map((answer) => answer.body.wallet_id)).size).toBe(1);
    expect(await walletsOf(login)).toMatchObject([{ asset: 'PTS', balance: '12.00' }, { asset: 'USD' }]);
  });

  it("gets its own wallet although another client's wallet has the id that is derived from the user", async () => {
    const logins = [await createUser(), await createUser()];
    for (const login of logins) {
      const { body } = await request(service.url).get('/clients').query({ limit: 200 }).expect(200);
      const { id } = body.data.find((client: { login: string }) => client.login === login);
      await request(service.url)
        .post('/wallets')
        .send({ id: firstWalletId(id, 1), asset: 'GOLD' })
        .expect(201);
    }
    const [single, inBatch] = logins as [string, string];
    expect((await act(single, 'bonus', { amount: 2, asset: 'GOLD' }).expect(200)).body.status).toBe('succeeded');
    expect(await walletsOf(single)).toMatchObject([{ asset: 'GOLD', balance: '2.00' }, { asset: 'USD' }]);
    const operations = [{ type: 'bonus', external_user_id: inBatch, asset: 'GOLD', amount: 2 }];
    await request(service.url).post('/batches').send({ operations }).expect(409);
    await act(inBatch, 'bonus', { amount: 1, asset: 'GOLD' }).expect(200);
    const sent = await request(service.url).post('/batches').set('Prefer', 'wait=10').send({ operations }).expect(200);
    expect(sent.body).toMatchObject({ status: 'completed', succeeded: 1 });
    expect(await walletsOf(inBatch)).toMatchObject([{ asset: 'GOLD', balance: '3.00' }, { asset: 'USD' }]);
  });

  it('who is unknown, or has nothing to spend from, is answered with 404', async () => {
    expect((await act('nobody', 'top-up', { amount: 1, asset: 'GOLD' })).body.code).toBe('user_not_found');
    const login = await createUser();
    expect((await act(login, 'spend', { amount: 1, asset: 'GOLD' })).body.code).toBe('wallet_not_found');
    await request(service.url).get(`/wallets/users/nobody/balance?asset=USD`).expect(404);
  });

  it.each([
    [{ amount: 1 }, 'asset'],
    [{ amount: 1, asset: 'EUR' }, 'asset'],
    [{ amount: 1, asset_type_id: 99 }, 'asset_type_id'],
    [{ amount: 1, asset: 'GOLD', asset_type_id: 2 }, 'asset'],
    [{ amount: '1.001', asset: 'GOLD' }, 'amount'],
    [{ amount: 1, asset: 'GOLD', wallet: 'x' }, 'wallet'],
  ])('is not credited by %j, and gets no wallet', async (body, path) => {
    const login = await createUser();
    const answer = await act(login, 'bonus', body).expect(400);
    expect(answer.body.errors[0].path).toBe(path);
    expect(await walletsOf(login)).toHaveLength(1);
  });
});

it('assets are listed', async () => {
  const { body } = await request(service.url).get('/assets').expect(200);
  expect(body.data).toEqual([
    { id: 1, code: 'GOLD', name: 'Gold Coins', scale: 2, transferable: false },
    { id: 2, code: 'DMND', name: 'Diamonds', scale: 2, transferable: false },
    { id: 3, code: 'PTS', name: 'Loyalty Points', scale: 2, transferable: false },
    { id: 4, code: 'USD', name: 'US Dollar', scale: 2, transferable: true },
  ]);
});

async function count(table: 'wallets' | 'clients'): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return rows[0]!.count;
}
