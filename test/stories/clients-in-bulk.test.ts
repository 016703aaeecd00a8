import { firstWalletId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

type Sent = Readonly<Record<string, unknown>>;

let users = 0;
function logins(count: number): string[] {
  return Array.from({ length: count }, () => {
    users += 1;
    return `bulk-${users}`;
  });
}
const named = (login: string, more: Sent = {}): Sent => ({ login, name: `Name of ${login}`, ...more });

function post(clients: readonly unknown[]): request.Test {
  return request(service.url).post('/clients/bulk').send({ clients });
}

function postText(text: string | Buffer, type = 'application/x-ndjson'): request.Test {
  return request(service.url).post('/api/v1/clients/bulk').set('Content-Type', type).send(text);
}

async function clientOf(login: string): Promise<any> {
  const { body } = await request(service.url).get('/clients').query({ login }).expect(200);
  return body.data[0];
}

async function counts(): Promise<{ clients: number; wallets: number; accounts: number }> {
  const { rows } = await service.database.query<{ clients: number; wallets: number; accounts: number }>(
    `SELECT (SELECT count(*) FROM clients)::int AS clients, (SELECT count(*) FROM wallets)::int AS wallets,
            (SELECT count(*) FROM accounts WHERE wallet_id IS NOT NULL)::int AS accounts`,
  );
  return rows[0]!;
}

describe('clients in bulk', () => {
  it('are created with their wallets, of USD by default, and can be credited', async () => {
    const [ann, bob] = logins(2) as [string, string];
    const { body } = await post([named(ann), named(bob, { assets: ['GOLD', 'PTS'] })]).expect(200);
    expect(body).toMatchObject({
      ...{ total: 2, created: 2, existing: 0, refused: 0 },
      data: [
        { line: 1, login: ann, result: 'created', wallets: [{ asset: 'USD' }], error: null },
        { line: 2, login: bob, result: 'created', wallets: [{ asset: 'GOLD' }, { asset: 'PTS' }], error: null },
      ],
    });
    const client = await clientOf(bob);
    expect(client).toMatchObject({ id: body.data[1].client_id, name: `Name of ${bob}` });
    expect(client.wallets.map(({ id, asset }: Sent) => ({ id, asset }))).toEqual(body.data[1].wallets);
    const operations = [ann, bob].map((login) => ({
      ...{ type: 'top_up', external_user_id: login, asset: 'PTS', amount: '3.00' },
    }));
    const sent = await request(service.url).post('/batches').set('Prefer', 'wait=10').send({ operations }).expect(200);
    expect(sent.body).toMatchObject({ total: 2, succeeded: 2 });
    expect((await clientOf(bob)).wallets).toMatchObject([{ asset: 'GOLD' }, { asset: 'PTS', balance: '3.00' }]);
  });

  it('can be NDJSON as well, and each line has its number', async () => {
    const [ann, bob] = logins(2) as [string, string];
    const text = `\n${JSON.stringify(named(ann))}\n\n{"login":\n${JSON.stringify(named(bob))}`;
    const { body } = await postText(text).expect(200);
    expect(body).toMatchObject({
      data: [
        { line: 2, login: ann, result: 'created' },
        { line: 4, login: null, result: 'refused', error: { code: 'malformed_json' } },
        { line: 5, login: bob, result: 'created' },
      ],
    });
  });

  it('are read from a table, in which a login is enough', async () => {
    const [ann, bob, carol] = logins(3) as [string, string, string];
    const rows = [
      'Login;Name;Assets',
      `${ann};;`,
      `${bob};Bob;USD GOLD`,
      '',
      `${carol};;;x`,
      ';No one;',
      `${ann};;PTS`,
    ];
    const { body } = await postText(rows.join('\r\n'), 'text/csv; charset=utf-8').expect(200);
    expect(body.data).toMatchObject([
      { line: 2, login: ann, result: 'created', wallets: [{ asset: 'USD' }] },
      { line: 3, login: bob, result: 'created', wallets: [{ asset: 'USD' }, { asset: 'GOLD' }] },
      { line: 5, login: null, result: 'refused', error: { code: 'invalid_request', field: '' } },
      { line: 6, login: null, result: 'refused', error: { code: 'invalid_request', field: 'login' } },
      { line: 7, login: ann, result: 'exists', wallets: [{ asset: 'PTS' }] },
    ]);
    expect([(await clientOf(ann)).name, (await clientOf(bob)).name]).toEqual([ann, 'Bob']);
    const only = await postText(`login\n${carol}\n`, 'text/csv').expect(200);
    expect(only.body).toMatchObject({ created: 1, data: [{ login: carol }] });
  });

  it('that were made before exist, when they are asked for again', async () => {
    const clients = logins(300).map((login) => named(login, { assets: ['USD', 'PTS'] }));
    const first = await post(clients).expect(200);
    const before = await counts();
    const again = await post(clients).expect(200);
    expect(await counts()).toEqual(before);
    expect(again.body).toMatchObject({ total: 300, created: 0, existing: 300, refused: 0 });
    expect(again.body.data).toEqual(first.body.data.map((each: Sent) => ({ ...each, result: 'exists' })));
  });

  it('that exist get the wallets they lack, even if another client has a wallet of that id', async () => {
    const [ann, bob] = logins(2) as [string, string];
    await post([named(ann), named(bob)]).expect(200);
    const { id } = await clientOf(bob);
    const stolen = firstWalletId(id, 1);
    await request(service.url).post('/wallets').send({ id: stolen, asset: 'GOLD' }).expect(201);
    const { body } = await post([ann, bob].map((login) => named(login, { assets: ['GOLD', 'USD'] }))).expect(200);
    expect(body).toMatchObject({ existing: 2, data: [{ result: 'exists' }, { result: 'exists' }] });
    for (const [index, login] of [ann, bob].entries()) {
      const { wallets } = await clientOf(login);
      expect(wallets.map((wallet: Sent) => wallet['asset'])).toEqual(['GOLD', 'USD']);
      const told = body.data[index].wallets.map((wallet: Sent) => wallet['id']);
      expect(told).toEqual(wallets.map((wallet: Sent) => wallet['id']));
      expect(told).not.toContain(stolen);
    }
  });

  it('are one client for a login that occurs in several lines', async () => {
    const [ann] = logins(1) as [string];
    const lines = [named(ann), named(ann, { name: 'Another' }), named(ann, { assets: ['PTS'] }), named(ann)];
    const { body } = await post(lines).expect(200);
    expect(body.data.map((each: Sent) => each['result'])).toEqual(['created', 'refused', 'exists', 'exists']);
    expect(new Set([0, 2, 3].map((index) => body.data[index].client_id)).size).toBe(1);
    expect((await clientOf(ann)).wallets).toMatchObject([{ asset: 'PTS' }, { asset: 'USD' }]);
  });

  it('are refused line by line, with the reason, and the others are created', async () => {
    const [ann, bob, carol] = logins(3) as [string, string, string];
    await request(service.url).post('/clients').send(named(ann)).expect(201);
    const before = await counts();
    const refused: [unknown, string | null, string, string][] = [
      [named(ann, { name: 'Another' }), ann, 'login_taken', 'login'],
      [{ login: carol }, carol, 'invalid_request', 'name'],
      [{ name: 'x' }, null, 'invalid_request', 'login'],
      [{ login: '', name: 'x' }, null, 'invalid_request', 'login'],
      [{ login: 'x'.repeat(256), name: 'x' }, null, 'invalid_request', 'login'],
      [{ login: 'a\0b', name: 'x' }, null, 'invalid_request', 'login'],
      [named(carol, { name: '\ud800' }), carol, 'invalid_request', 'name'],
      [named(carol, { assets: [] }), carol, 'invalid_request', 'assets'],
      [named(carol, { assets: ['EUR'] }), carol, 'invalid_request', 'assets'],
      [named(carol, { assets: 'USD' }), carol, 'invalid_request', 'assets'],
      [named(carol, { assets: Array(11).fill('USD') }), carol, 'invalid_request', 'assets'],
      [named(carol, { balance: 5 }), carol, 'invalid_request', 'balance'],
      [['x'], null, 'invalid_request', ''],
      [null, null, 'invalid_request', ''],
    ];
    const { body } = await post([...refused.map(([line]) => line), named(bob)]).expect(200);
    expect(body).toMatchObject({ total: refused.length + 1, created: 1, refused: refused.length });
    expect(
      body.data.slice(0, -1).map(({ line, result, login, client_id, wallets, error }: any) => ({
        ...{ line, result, login, client_id, wallets, code: error.code, field: error.field },
      })),
    ).toEqual(
      refused.map(([, login, code, field], index) => ({
        ...{ line: index + 1, result: 'refused', login, client_id: null, wallets: [], code, field },
      })),
    );
    const after = await counts();
    expect(after).toEqual({ clients: before.clients + 1, wallets: before.wallets + 1, accounts: before.accounts + 1 });
  });

  it.each<[string, string | Buffer, string, number, string]>([
    ['no client', '{"clients":[]}', 'application/json', 400, 'invalid_request'],
    ['nothing', '', 'application/x-ndjson', 400, 'invalid_request'],
    ['another list', `{"users":[${JSON.stringify(named('x'))}]}`, 'application/json', 400, 'invalid_request'],
    [
      'something besides',
      `{"clients":[${JSON.stringify(named('x'))}],"a":1}`,
      'application/json',
      400,
      'invalid_request',
    ],
    ['an array alone', `[${JSON.stringify(named('x'))}]`, 'application/json', 400, 'invalid_request'],
    ['no end', `{"clients":[${JSON.stringify(named('x'))}`, 'application/json', 400, 'malformed_json'],
    [
      'one name twice',
      `{"clients":[],"clients":[${JSON.stringify(named('x'))}]}`,
      'application/json',
      400,
      'malformed_json',
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([...Buffer.from('{"login":"'), 0xff]),
      'application/x-ndjson',
      400,
      'malformed_body',
    ],
    ['a line that is too long', `{"login":"${'x'.repeat(300_000)}"}\n`, 'application/x-ndjson', 400, 'malformed_body'],
    ['a table with a column that is not known', 'login,email\nx,X\n', 'text/csv', 400, 'malformed_body'],
    ['a form', 'login=x', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
  ])('are refused as a whole, and none is made, if the body has %s', async (_what, text, type, status, code) => {
    const before = await counts();
    const answer = await postText(text, type);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(await counts()).toEqual(before);
  });

  it('are 10,000 at most in a request, and 16 MB', async () => {
    const before = await counts();
    const line = (index: number): string => `${JSON.stringify(named(`many-${index}`))}\n`;
    const many = await postText(Array.from({ length: 10_001 }, (_, index) => line(index)).join(''));
    expect(many).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    const large = await postText(`${line(1)}${`${' '.repeat(60_000)}\n`.repeat(300)}`);
    expect(large).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await counts()).toEqual(before);
  });
});

describe('10,000 clients', () => {
  it('are created within seconds, while other requests are answered', async () => {
    const before = await counts();
    const text = logins(10_000)
      .map((login) => JSON.stringify(named(login, { assets: ['USD', 'PTS'] })))
      .join('\n');
    const done = new AbortController();
    const begun = performance.now();
    const sent = postText(text).then((answer) => {
      done.abort();
      return answer;
    });
    let slowest = 0;
    while (!done.signal.aborted) {
      const asked = performance.now();
      await request(service.url).get('/clients?limit=1').expect(200);
      slowest = Math.max(slowest, performance.now() - asked);
    }
    const { status, body } = await sent;
    expect({ status, created: body.created, length: body.data.length }).toEqual({
      ...{ status: 200, created: 10_000, length: 10_000 },
    });
    // Alone on two cores 5 s and 50 ms.
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect(slowest).toBeLessThan(2_000);
    const after = await counts();
    expect(after).toMatchObject({ clients: before.clients + 10_000, accounts: before.accounts + 20_000 });
  }, 90_000);
});

describe('a login that several requests want at once', () => {
  // As many as one statement makes, in either order.
  it.each([1, 2, 3, 4])('has one client, and each is told so, for the %d. time', async () => {
    const wanted = logins(250).map((login) => named(login));
    const orders = [wanted, wanted.toReversed()];
    const answers = await Promise.all(orders.map((clients) => post(clients).expect(200)));
    const of = (index: number): any[] => answers[index]!.body.data;
    const byLogin = new Map(of(1).map((each) => [each.login, each]));
    for (const one of of(0)) {
      const other = byLogin.get(one.login);
      expect([one.result, other.result].sort()).toEqual(['created', 'exists']);
      expect([one.client_id, one.wallets]).toEqual([other.client_id, other.wallets]);
    }
    const { rows } = await service.database.query(
      'SELECT FROM clients JOIN wallets ON client_id = clients.id WHERE login = ANY ($1)',
      [wanted.map(({ login }) => login)],
    );
    expect(rows).toHaveLength(250);
  });

  it('has one client even if single requests and first credits come in between', async () => {
    const wanted = logins(200);
    const bulk = post(wanted.map((login) => named(login, { assets: ['PTS'] })));
    const singles = wanted.filter((_, index) => index % 10 === 0);
    const [answer, ...made] = await Promise.all([
      bulk,
      ...singles.map((login) =>
        request(service.url)
          .post('/clients')
          .send(named(login, { asset: 'PTS' })),
      ),
    ]);
    expect(answer.body.refused).toBe(0);
    for (const [index, login] of singles.entries()) {
      const { result, client_id } = answer.body.data.find((each: Sent) => each['login'] === login);
      expect([made[index]!.status, result]).toEqual(result === 'created' ? [409, 'created'] : [201, 'exists']);
      expect(await clientOf(login)).toMatchObject({ id: client_id, wallets: [{ asset: 'PTS' }] });
    }
  });
});

it('no more than two lists of clients are read at once, and a refused one gets Retry-After', async () => {
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => post(logins(500).map((login) => named(login, { assets: ['USD', 'PTS'] })))),
  );
  const refused = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  for (const { body, headers } of refused) {
    expect(body).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('Nothing was made') });
    expect(headers['retry-after']).toBe('5');
  }
});
