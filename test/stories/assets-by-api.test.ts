import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlFor } from '@wallet/local/embedded-postgres';
import request from 'supertest';
import { createCluster } from '../support/cluster.ts';
import { makeKey, untilGood } from '../support/keys.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { type Service, startService } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';
import { createSubscriptions, payloadOf } from '../support/webhooks.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const EURO = { code: 'EUR', name: 'Euro', scale: 2, transferable: true };
const add = (asset: object, url = service.url) => request(url).post('/api/v1/assets').send(asset);

async function countRows(what: string): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`);
  return rows[0]!.count;
}

describe('GET /assets', () => {
  const list = (query: object) => request(service.url).get('/assets').query(query);

  it('lists all at once, or in pages whose links lead from one to the next', async () => {
    const { body: all } = await list({}).expect(200);
    expect(all.next_cursor).toBeNull();
    const pages: object[][] = [];
    let query: object | null = { limit: 3 };
    while (query !== null) {
      const { body, headers }: request.Response = await list(query).expect(200);
      pages.push(body.data);
      query = body.next_cursor === null ? null : { limit: 3, cursor: body.next_cursor };
      expect(headers['link'] === undefined).toBe(query === null);
    }
    expect(pages[0]).toHaveLength(3);
    expect(pages.flat()).toEqual(all.data);
  });

  it.each([{ limit: 0 }, { limit: 1_001 }, { cursor: 'x' }])('refuses %j', (query) => list(query).expect(400));
});

describe('POST /assets', () => {
  it('adds an asset with a house account in every partition, and records the actor', async () => {
    const { body } = await add(EURO).expect(201);
    expect(body).toEqual({ id: 5, ...EURO });
    expect(await countRows(`accounts WHERE system = 'treasury' AND asset_id = 5 AND balance = 0`)).toBe(
      service.partitions,
    );
    const { rows } = await service.database.query('SELECT * FROM audit_log ORDER BY id DESC LIMIT 1');
    expect(rows[0]).toMatchObject({
      ...{ actor: 'anonymous', action: 'asset.added', subject_type: 'asset', subject_id: null },
      detail: { id: 5, ...EURO },
    });
    const listed = await request(service.url).get('/assets').expect(200);
    expect(listed.body.data.at(-1)).toEqual(body);
  });

  it('returns the same asset when the request is repeated, and writes nothing', async () => {
    const first = await add({ ...EURO, code: 'AGAIN' }).expect(201);
    const acts = await countRows('audit_log');
    const again = await add({ ...EURO, code: 'AGAIN' }).expect(200);
    expect(again.body).toEqual(first.body);
    expect(await countRows('audit_log')).toBe(acts);
  });

  it('gets many concurrent requests for the same asset, and adds it once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => add({ ...EURO, code: 'ONCE' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('gives each of many assets added at once its own number', async () => {
    const codes = Array.from({ length: 10 }, (_, index) => `MANY${index}`);
    const answers = await Promise.all(codes.map((code) => add({ ...EURO, code }).expect(201)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(10);
  });

  it.each([{ name: 'Other' }, { scale: 3 }, { transferable: false }])(
    'refuses another asset under a code that is taken: %j',
    async (other) => {
      const { body } = await add({ code: 'USD', name: 'US Dollar', scale: 2, transferable: true, ...other });
      expect(body).toMatchObject({
        ...{ status: 409, code: 'asset_exists' },
        detail: expect.stringContaining('USD is asset 4, "US Dollar", with a scale of 2, transferable.'),
      });
    },
  );

  it.each([
    [{ code: 'eur' }, 'code'],
    [{ code: 'E' }, 'code'],
    [{ code: 'E'.repeat(17) }, 'code'],
    [{ name: '' }, 'name'],
    [{ scale: 10 }, 'scale'],
    [{ scale: -1 }, 'scale'],
    [{ scale: 1.5 }, 'scale'],
    [{ scale: '2' }, 'scale'],
    [{ transferable: undefined }, 'transferable'],
  ])('refuses %j', async (wrong, path) => {
    const assets = await countRows('assets');
    const { body } = await add({ ...EURO, code: 'WRONG', ...wrong }).expect(400);
    expect(body.errors[0].path).toBe(path);
    expect(await countRows('assets')).toBe(assets);
  });
});

it('an asset is in effect in every process as soon as it is added, without a restart', async () => {
  const target = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'wallet-assets-'));
  const cluster = createCluster({ ...target, folder });
  try {
    const [one, two] = await Promise.all([cluster.startApi(), cluster.startApi(), cluster.startWorker()]);
    for (let index = 0; index < 5; index += 1) {
      const asset = `NEW${index}`;
      const { body } = await add({ ...EURO, code: asset, scale: 4 }, one.url).expect(201);
      // By code and by number, at the process that did not add it.
      const named = index % 2 === 0 ? { asset } : { asset_type_id: body.id as number };
      const login = `user${index}`;
      await request(two.url).post('/clients').send({ name: 'User', login }).expect(201);
      const act = (url: string, word: string) =>
        request(url)
          .post(`/wallets/users/${login}/${word}`)
          .set('Prefer', 'wait=10')
          .send({ amount: '1.0001', ...named });
      const { body: operation } = await act(two.url, 'top-up').expect(200);
      expect(operation).toMatchObject({ status: 'succeeded', asset, amount: '1.0001' });
    }
    // By a number from the database, at a process that did not add it either.
    const three = await cluster.startApi();
    await add({ ...EURO, code: 'LATE', scale: 5 }, two.url).expect(201);
    const wallet = await createFundedWallet(two.url, '0.00001', 'LATE');
    const { body: operations } = await request(three.url).get(`/operations?wallet_id=${wallet}`).expect(200);
    expect(operations.data[0]).toMatchObject({ asset: 'LATE', amount: '0.00001' });
    const four = await cluster.startApi();
    await add({ ...EURO, code: 'LATER', scale: 6 }, two.url).expect(201);
    const later = await createFundedWallet(two.url, '0.000001', 'LATER');
    const read = await Promise.all([one, three, four].map(({ url }) => request(url).get(`/wallets/${later}`)));
    expect(read.map(({ body }) => body.balance)).toEqual(['0.000001', '0.000001', '0.000001']);
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);

describe.each([
  [9, '9223372036.854775807', '9223372036.854775808', '0.000000001', '9223372036.854775806'],
  [0, '9223372036854775807', '9223372036854775808', '1', '9223372036854775806'],
])('amounts of an asset with a scale of %i', (scale, most, tooMuch, least, rest) => {
  const asset = `SCALE${scale}`;
  const zero = scale === 0 ? '0' : '0.000000000';
  beforeAll(() => add({ code: asset, name: `Scale ${scale}`, scale, transferable: true }).expect(201));

  it('are exact in operations, balances, history, statistics and past balances', async () => {
    const wallet = await createFundedWallet(service.url, undefined, asset);
    expect(await operate(service.url, wallet, 'DEPOSIT', most)).toMatchObject({
      ...{ amount: most, result: { wallet_balance: most } },
    });
    expect(await operate(service.url, wallet, 'WITHDRAW', least)).toMatchObject({ result: { wallet_balance: rest } });
    const get = async (path: string) => (await request(service.url).get(path).expect(200)).body;
    expect(await get(`/wallets/${wallet}`)).toMatchObject({ balance: rest });
    const { data } = await get(`/wallets/${wallet}/transactions`);
    expect(data).toMatchObject([
      { amount: `-${least}`, balance_before: most, balance_after: rest },
      { amount: most, balance_before: zero, balance_after: most },
    ]);
    expect(await get(`/wallets/${wallet}/statistics`)).toMatchObject({ credited: most, debited: least, net: rest });
    expect(await get(`/wallets/${wallet}?at=${data[0].created_at as string}`)).toMatchObject({ balance: rest });
  });

  it('are exact in batches, and in their exports', async () => {
    const wallet = await createFundedWallet(service.url, undefined, asset);
    const text = `type,wallet_id,amount\ndeposit,${wallet},${most}\nwithdraw,${wallet},${least}\n`;
    const { body } = await request(service.url)
      .post('/batches')
      .set({ 'Content-Type': 'text/csv', Prefer: 'wait=10' })
      .send(text)
      .expect(200);
    const sum = (BigInt(most.replace('.', '')) + 1n).toString();
    const total = scale === 0 ? sum : `${sum.slice(0, -scale)}.${sum.slice(-scale)}`;
    expect(body.sums).toEqual([{ asset, total, succeeded: total, failed: zero, pending: zero }]);
    const exported = await request(service.url).get(`/batches/${body.id}/operations`).set('Accept', 'text/csv');
    expect(exported.text.split('\n').slice(1, 3).join()).toMatch(
      new RegExp(`,${asset},${most},.*,${asset},${least},.*${rest}`),
    );
  });

  it('are refused beyond the limit of an account, and with more decimals', async () => {
    const wallet = await createFundedWallet(service.url, undefined, asset);
    const send = (amount: string) =>
      request(service.url).post(`/wallets/${wallet}/operation`).send({ operation_type: 'DEPOSIT', amount });
    expect((await send(tooMuch).expect(400)).body.detail).toBe('amount: is larger than an account can hold');
    const finer = `${least}${scale === 0 ? '.' : ''}1`;
    expect((await send(finer).expect(400)).body.detail).toBe(`amount: ${asset} has at most ${scale} decimals`);
  });

  it('are exact in webhooks, from a worker that was running when the asset was added', async () => {
    const hooks = createSubscriptions(service);
    try {
      const { receiver } = await hooks.subscribe({ event_types: ['operation.succeeded'] });
      const wallet = await createFundedWallet(service.url, most, asset);
      await receiver.until((received) => received.length === 1);
      expect(payloadOf(receiver.received[0]!).data).toMatchObject({ wallet_id: wallet, asset, amount: most });
    } finally {
      await hooks.end();
    }
  });
});

it('only a key with the scope assets:admin adds assets', async () => {
  const keyed = await startService({ worker: false });
  const tokens = await Promise.all(
    [['assets:admin'], ['wallets:write', 'wallets:read']].map(
      async (scopes) => (await makeKey(keyed.database, { scopes: scopes as 'assets:admin'[] })).token,
    ),
  );
  const [may, mayNot] = tokens.map((token) => ({ Authorization: `Bearer ${token}` }));
  for (const token of tokens) await untilGood(keyed.url, token);
  await add(EURO, keyed.url).set(may!).expect(201);
  await add(EURO, keyed.url).set(mayNot!).expect(403);
  await keyed.stop();
});

describe('npm run assets', () => {
  const assets = (...args: string[]): Promise<ProgramRun> =>
    runProgram('shared/src/commands/assets.ts', args, { DATABASE_URL: service.databaseUrl });
  const POINTS = ['add', '--code', 'POINT', '--name', 'Points', '--scale', '0'];

  it('adds an asset that takes effect at once, and lists it', async () => {
    const added = await assets(...POINTS);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toMatch(/^\d+ {2}POINT {2}Points {2}0 decimals {2}not transferable\n$/);
    await createFundedWallet(service.url, '7', 'POINT');
    expect(await assets(...POINTS)).toEqual(added);
    const { out } = await assets('list', '--json');
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ code: 'POINT', scale: 0, transferable: false }));
    expect((await assets('list')).out).toContain(added.out);
    const { rows } = await service.database.query(`SELECT actor, detail->>'code' AS code FROM audit_log ORDER BY id`);
    expect(rows.filter(({ code }) => code === 'POINT')).toEqual([{ actor: 'command_line', code: 'POINT' }]);
  }, 60_000);

  it('reports what it cannot add with a status of 1, and an invalid command with 2', async () => {
    expect(await assets('add', '--code', 'USD', '--name', 'Dollar', '--scale', '2', '--transferable')).toEqual({
      code: 1,
      out: '',
      err: 'USD exists as another asset, which cannot be changed:\n4  USD  US Dollar  2 decimals  transferable\n',
    });
    const { code, out, err } = await assets('add', '--code', 'usd');
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe('--code must be 2 to 16 of A-Z 0-9, the first a letter. See npm run assets -- --help.\n');
    expect(await assets('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--transferable') });
    expect(await runProgram('shared/src/commands/assets.ts', ['list'], {})).toMatchObject({ code: 2, out: '' });
  }, 60_000);

  it('works as the user of the API too, and as no other', async () => {
    for (const [role, code] of [
      ['api', 0],
      ['worker', 2],
    ] as const) {
      const env = { DATABASE_URL: urlFor(role, service.databaseUrl) };
      expect(await runProgram('shared/src/commands/assets.ts', [...POINTS, '--json'], env)).toMatchObject({ code });
    }
  }, 60_000);
});
