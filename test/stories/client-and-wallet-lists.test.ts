import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';

const NOWHERE = '018f0000-0000-7000-8000-000000000000';

let service: Service;
beforeAll(async () => {
  service = await startService();
  const clients = ['ann', 'Ann', 'bob', 'a/b ü?&'].map((login) => ({ login, name: login, assets: ['USD', 'GOLD'] }));
  await request(service.url).post('/clients/bulk').send({ clients }).expect(200);
  for (const asset of ['USD', 'PTS', 'PTS']) await request(service.url).post('/wallets').send({ asset }).expect(201);
});
afterAll(() => service.stop());

async function get(path: string, query: Record<string, string | number> = {}): Promise<any> {
  return (await request(service.url).get(path).query(query).expect(200)).body;
}

describe('the list of clients', () => {
  it.each(['ann', 'Ann', 'a/b ü?&'])('has the one whose login is exactly %j', async (login) => {
    const { data, next_cursor } = await get('/clients', { login, limit: 1 });
    expect({ data, next_cursor }).toMatchObject({ data: [{ login, wallets: [{ asset: 'GOLD' }, { asset: 'USD' }] }] });
    expect(next_cursor).toBeNull();
    expect(data).toEqual([await get(`/clients/${data[0].id}`)]);
  });

  it.each(['an', 'ann ', 'ANN', '%'])('has none whose login is %j', async (login) => {
    expect(await get('/clients', { login })).toEqual({ data: [], next_cursor: null });
  });

  it.each(['', 'a\0', 'x'.repeat(256)])('refuses the login %j', async (login) => {
    const answer = await request(service.url).get('/clients').query({ login }).expect(400);
    expect(answer.body.errors[0].path).toBe('login');
  });
});

describe('the list of wallets', () => {
  it('has every wallet once, page after page, sorted by id, as each is presented on its own', async () => {
    const wallets = await everyItem(service.url, '/wallets', { limit: 2 });
    const ids = wallets.map((wallet) => wallet['id'] as string);
    expect(ids).toEqual([...new Set(ids)].sort());
    const { rows } = await service.database.query('SELECT id FROM wallets ORDER BY id');
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(wallets[0]).toEqual(await get(`/wallets/${ids[0]}`));
  });

  it('is filtered by client, asset and status', async () => {
    const [{ id: client_id, wallets }] = (await get('/clients', { login: 'bob' })).data;
    const [gold, usd] = wallets.map(({ id }: { id: string }) => id);
    const idsOf = async (query: Record<string, string | number>): Promise<unknown[]> =>
      (await everyItem(service.url, '/wallets', query)).map(({ id }) => id);
    expect(await idsOf({ client_id })).toEqual([gold, usd].sort());
    expect(await idsOf({ client_id: client_id.toUpperCase(), asset: 'USD' })).toEqual([usd]);
    expect(await idsOf({ client_id: NOWHERE })).toEqual([]);
    for (const id of [usd, gold])
      await request(service.url).patch(`/wallets/${id}`).send({ status: 'frozen' }).expect(200);
    expect(await idsOf({ status: 'frozen', limit: 1 })).toEqual([gold, usd].sort());
    expect(await idsOf({ status: 'frozen', asset: 'GOLD' })).toEqual([gold]);
    expect(await idsOf({ status: 'active', client_id })).toEqual([]);
    expect(await idsOf({ status: 'closed' })).toEqual([]);
    expect(await idsOf({ asset: 'PTS', limit: 1 })).toHaveLength(2);
    expect(await idsOf({ asset: 'DMND' })).toEqual([]);
    expect(await idsOf({ status: 'active', asset: 'USD', limit: 1 })).toHaveLength(4);
    expect(await get('/wallets', { status: 'frozen', asset: 'USD' })).toMatchObject({
      data: [{ id: usd, client_id, asset: 'USD', status: 'frozen', balance: '0.00' }],
    });
  });

  it.each([{ client_id: 'x' }, { asset: 'EUR' }, { status: 'open' }, { limit: 0 }, { cursor: 'x' }, { page: 1 }])(
    'refuses %j',
    async (query) => {
      const answer = await request(service.url).get('/wallets').query(query).expect(400);
      expect(answer.body.errors[0].path).toBe(Object.keys(query)[0]);
    },
  );
});
