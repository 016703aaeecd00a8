import { urlFor } from '@wallet/local/embedded-postgres';
import request from 'supertest';
import { breakTheLaw } from '../support/break-the-law.ts';
import { everyItem } from '../support/every-item.ts';
import { bearer, makeKey, untilGood } from '../support/keys.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.stop());

const add = (account: object) => request(service.url).post('/api/v1/accounts').send(account);

async function countRows(what: string): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`);
  return rows[0]!.count;
}

describe('POST /accounts', () => {
  it('adds a house account with an account in every asset, and records who did', async () => {
    const { body } = await add({ name: 'fees' }).expect(201);
    expect(body).toEqual({ name: 'fees', may_go_negative: false, created_at: expect.any(String) });
    expect(await countRows(`accounts WHERE system = 'fees' AND partition IS NULL AND NOT may_go_negative`)).toBe(4);
    const { rows } = await service.database.query('SELECT * FROM audit_log ORDER BY id DESC LIMIT 1');
    expect(rows[0]).toMatchObject({
      ...{ actor: 'anonymous', key_id: null, request_id: expect.any(String) },
      ...{ action: 'house_account.added', subject_type: 'house_account', subject_id: null },
      detail: { name: 'fees', may_go_negative: false },
    });
    await add({ name: 'exchange', may_go_negative: true }).expect(201);
    expect(await countRows(`accounts WHERE system = 'exchange' AND may_go_negative`)).toBe(4);
  });

  it('returns the same account when the request is repeated, and writes nothing', async () => {
    const first = await add({ name: 'fees' }).expect(201);
    const again = await add({ name: 'fees', may_go_negative: false }).expect(200);
    expect(again.body).toEqual(first.body);
    expect([await countRows('audit_log'), await countRows('house_accounts')]).toEqual([1, 2]);
  });

  it('gets many concurrent requests for the same account, and adds it once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => add({ name: 'once' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect([await countRows('audit_log'), await countRows(`accounts WHERE system = 'once'`)]).toEqual([1, 4]);
  });

  it('refuses an account whose name belongs to a different one', async () => {
    await add({ name: 'fees' }).expect(201);
    const { body } = await add({ name: 'fees', may_go_negative: true }).expect(409);
    expect(body).toMatchObject({
      code: 'account_exists',
      detail: 'There is a house account fees, which may not go below zero. It cannot be changed: choose another name.',
    });
    expect(await countRows('audit_log')).toBe(1);
  });

  it('has the treasury already, which may go below zero', async () => {
    const { body } = await add({ name: 'treasury', may_go_negative: true }).expect(200);
    expect(body).toMatchObject({ name: 'treasury', may_go_negative: true });
    expect((await add({ name: 'treasury' }).expect(409)).body.code).toBe('account_exists');
    expect(await countRows(`accounts WHERE system = 'treasury'`)).toBe(4 * service.partitions);
  });

  it('adds a hundred at most', async () => {
    await service.database.query(
      `SELECT add_house_account('house' || number, false) FROM generate_series(1, 98) AS number`,
    );
    await add({ name: 'last' }).expect(201);
    const { body } = await add({ name: 'more' }).expect(409);
    expect(body).toMatchObject({ code: 'too_many_accounts', detail: expect.stringContaining('100 house accounts') });
    await add({ name: 'last' }).expect(200);
    expect([await countRows('audit_log'), await countRows('house_accounts')]).toEqual([1, 100]);
  });

  it('refuses invalid names and other fields', async () => {
    for (const name of ['', 'Fees', '1fee', '-fee', 'a b', 'fées', 'fees\n', 'f'.repeat(64), null, 7, undefined]) {
      const { body } = await add({ name }).expect(400);
      expect([body.code, body.errors[0].path]).toEqual(['invalid_request', 'name']);
    }
    const { body } = await add({ name: 'Fees' });
    expect(body.detail).toBe('name: must be 1 to 63 of a-z 0-9 _ -, the first a letter');
    expect((await add({ name: 'fees', may_go_negative: 'yes' }).expect(400)).body.errors[0].path).toBe(
      'may_go_negative',
    );
    await add({ name: 'fees', asset: 'USD' }).expect(400);
    expect(await countRows('house_accounts')).toBe(1);
    for (const name of ['f', 'f'.repeat(63), 'null', 'fx-2_eur']) await add({ name }).expect(201);
  });

  it('is for keys with the scope assets:admin, and GET /accounts for those with wallets:read', async () => {
    const admin = (await makeKey(service.database, { scopes: ['assets:admin'] })).token;
    const reader = (await makeKey(service.database, { scopes: ['wallets:read', 'wallets:write'] })).token;
    await untilGood(service.url, reader);
    await add({ name: 'fees' }).set(bearer(reader)).expect(403);
    await add({ name: 'fees' }).set(bearer(admin)).expect(201);
    const get = (token: string) => request(service.url).get('/accounts').set(bearer(token));
    await get(admin).expect(403);
    expect((await get(reader).expect(200)).body.data).toHaveLength(2);
  });
});

describe('GET /accounts', () => {
  const list = async () => (await request(service.url).get('/accounts').expect(200)).body.data;

  it('shows the balance in each asset, for the treasury over all partitions, and leaves out zeros', async () => {
    expect(await list()).toMatchObject([{ name: 'treasury', may_go_negative: true, balances: [] }]);
    for (let index = 0; index < 20; index += 1) await createFundedWallet(service.url, `${index + 1}.01`);
    const spent = await createFundedWallet(service.url, '5', 'GOLD');
    await operate(service.url, spent, 'WITHDRAW', '5');
    await createFundedWallet(service.url, '3.5', 'PTS');
    expect(await list()).toMatchObject([
      {
        name: 'treasury',
        balances: [
          { asset: 'PTS', balance: '-3.50' },
          { asset: 'USD', balance: '-210.20' },
        ],
      },
    ]);
  });

  it('shows the movements of a posting to an account and an asset that were added just before', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const post = (to: string, asset?: string) =>
      request(service.url)
        .post('/postings')
        .set('Prefer', 'wait=10')
        .send({
          legs: [
            { from: { wallet_id: wallet }, to: { account: to }, amount: '1.25' },
            ...(asset === undefined
              ? []
              : [{ from: { account: 'treasury' }, to: { account: to }, asset, amount: '7' }]),
          ],
        });
    expect((await post('fees').expect(404)).body.code).toBe('account_not_found');
    await add({ name: 'fees' }).expect(201);
    expect((await post('fees').expect(200)).body.status).toBe('succeeded');
    await request(service.url).post('/assets').send({ code: 'EUR', name: 'Euro', scale: 2, transferable: true });
    expect((await post('fees', 'EUR').expect(200)).body.status).toBe('succeeded');
    const [fees] = await list();
    expect(fees.balances).toEqual([
      { asset: 'USD', balance: '2.50' },
      { asset: 'EUR', balance: '7.00' },
    ]);
  });

  it('shows balances to the last digit, beyond the limit of a wallet and in an asset that was just added', async () => {
    await add({ name: 'fees' }).expect(201);
    await add({ name: 'exchange', may_go_negative: true }).expect(201);
    await service.database.query(`SELECT add_asset('FINE', 'Fine', 9, false), add_asset('WHOLE', 'Whole', 0, false)`);
    await breakTheLaw(
      service.database,
      `UPDATE accounts SET balance = 12345678901234567890123 WHERE system = 'fees' AND asset_id = 5`,
      `UPDATE accounts SET balance = 9007199254740993 WHERE system = 'fees' AND asset_id = 6`,
      `UPDATE accounts SET balance = -1 WHERE system = 'exchange' AND asset_id = 5`,
      `UPDATE accounts SET balance = -9223372036854775807 WHERE system = 'treasury' AND asset_id = 4`,
    );
    expect(await list()).toEqual([
      {
        ...{ name: 'exchange', may_go_negative: true, created_at: expect.any(String) },
        balances: [{ asset: 'FINE', balance: '-0.000000001' }],
      },
      {
        ...{ name: 'fees', may_go_negative: false, created_at: expect.any(String) },
        balances: [
          { asset: 'FINE', balance: '12345678901234.567890123' },
          { asset: 'WHOLE', balance: '9007199254740993' },
        ],
      },
      {
        ...{ name: 'treasury', may_go_negative: true, created_at: expect.any(String) },
        balances: [{ asset: 'USD', balance: formatHundredths(-9223372036854775807n * BigInt(service.partitions)) }],
      },
    ]);
  });

  const formatHundredths = (sum: bigint): string => `${sum / 100n}.${-sum % 100n}`;

  it('lists all of them in pages, sorted by name', async () => {
    const names = ['a', 'a-b', 'a0', 'a_b', 'ab', 'b', 'zoo'];
    await Promise.all(names.map((name) => add({ name }).expect(201)));
    for (const limit of [1, 3, 8, 200]) {
      const all = await everyItem(service.url, '/accounts', { limit });
      expect(all.map(({ name }) => name)).toEqual([...names.slice(0, -1), 'treasury', 'zoo']);
    }
    await request(service.url).get('/accounts?cursor=Zm9v').expect(400);
  });
});

describe('npm run accounts', () => {
  const accounts = (...args: string[]): Promise<ProgramRun> => run(service.databaseUrl, ...args);
  const run = (databaseUrl: string, ...args: string[]) =>
    runProgram('shared/src/commands/accounts.ts', args, { DATABASE_URL: databaseUrl });

  it('adds an account that takes effect at once, and lists it', async () => {
    const added = await accounts('add', 'exchange', '--may-go-negative');
    expect(added).toEqual({ code: 0, out: 'exchange  may go below zero\n', err: '' });
    expect(await accounts('add', 'exchange', '--may-go-negative')).toEqual(added);
    const { out } = await accounts('add', 'fees', '--json');
    expect(JSON.parse(out)).toEqual({ name: 'fees', may_go_negative: false, created_at: expect.any(String) });
    expect((await accounts('list')).out).toBe(
      'exchange  may go below zero\nfees  not below zero\ntreasury  may go below zero\n',
    );
    const listed = JSON.parse((await accounts('list', '--json')).out);
    expect(listed[1]).toEqual(JSON.parse(out));
    const { body } = await request(service.url).get('/accounts').expect(200);
    expect(body.data).toEqual(listed.map((account: object) => ({ ...account, balances: [] })));
    const { rows } = await service.database.query(`SELECT actor, detail->>'name' AS name FROM audit_log ORDER BY id`);
    expect(rows).toEqual(['exchange', 'fees'].map((name) => ({ actor: 'command_line', name })));
  });

  it('reports what it cannot add with a status of 1, and an invalid command with 2', async () => {
    expect(await accounts('add', 'treasury')).toEqual({
      ...{ code: 1, out: '' },
      err: 'treasury exists with another rule, which cannot be changed:\ntreasury  may go below zero\n',
    });
    const { code, out, err } = await accounts('add', 'Fees');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^The name must be .*: Fees is not. See npm run accounts -- --help.\n$/);
    await service.database.query(
      `SELECT add_house_account('house' || number, false) FROM generate_series(1, 99) AS number`,
    );
    expect(await accounts('add', 'more')).toEqual({
      ...{ code: 1, out: '' },
      err: 'There are 100 house accounts already, the most there can be.\n',
    });
  });

  it('works as the user of the API too, and as no other', async () => {
    for (const [role, code] of [
      ['api', 0],
      ['worker', 2],
    ] as const) {
      expect(await run(urlFor(role, service.databaseUrl), 'add', 'fees', '--json')).toMatchObject({ code });
    }
  });
});
