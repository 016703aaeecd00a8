import fc from 'fast-check';
import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { type RawAnswer, openRaw } from '../support/raw-connection.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** A request is what its target says, in any form, and no target, cursor or id is answered with 5xx. */

let service: Service;
let full: Service;
let wallet: string;
let endpoint: string;
let batch: string;
beforeAll(async () => {
  [service, full] = await Promise.all([
    startService({ worker: false }),
    startService({ worker: false, admission: { waitingRequests: 0 } }),
  ]);
  wallet = await createFundedWallet(service.url);
  for (const login of ['a', 'b', 'c'])
    await request(service.url).post('/clients').send({ name: login, login }).expect(201);
  for (const url of ['http://127.0.0.1:9/a', 'http://127.0.0.1:9/b']) {
    endpoint = (await request(service.url).post('/webhook-endpoints').send({ url })).body.id;
  }
  const lines = Array.from({ length: 3 }, () => `deposit,${wallet},1.00`).join('\n');
  const sent = request(service.url).post('/batches').set('Content-Type', 'text/csv');
  batch = (await sent.send(`type,wallet_id,amount\n${lines}`).expect(202)).body.id;
});
afterAll(() => Promise.all([service.stop(), full.stop()]));

async function send(
  target: string,
  method = 'GET',
  { to = service, headers = [] as string[], body = '' } = {},
): Promise<RawAnswer> {
  const connection = openRaw(to.url);
  try {
    await connection.write(`${[`${method} ${target} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n${body}`);
    return await connection.answer(method);
  } finally {
    connection.close();
  }
}

const AUTHORITIES = [
  'a',
  'a:99999',
  'a:',
  'user:pass@a:1',
  '[::1]:8000',
  '%41',
  'a.b-c_d',
  'xn--e1a.',
  '256.256.256.256',
];
const JSON_HEADERS = ['Content-Type: application/json', 'Content-Length: 2'];

describe.each(AUTHORITIES)('the absolute form with the authority %s', (authority) => {
  it('is routed by its path', async () => {
    for (const scheme of ['http', 'https', 'HTTP']) {
      const base = `${scheme}://${authority}`;
      expect((await send(`${base}/livez`)).body).toBe('{"status":"ok"}');
      expect((await send(`${base}/api/v1/livez`)).status).toBe(200);
      expect((await send(base)).body).toContain('<title>Wallet operations</title>');
      expect((await send(`${base}?x`)).status).toBe(200);
      expect((await send(`${base}/nowhere`)).status).toBe(404);
      const page = await send(`${base}/api/v1/clients?limit=1`);
      expect(page.headers['link']).toMatch(/^<\/api\/v1\/clients\?limit=1&cursor=[\w-]+>; rel="next"$/);
    }
  });

  it('is subject to admission', async () => {
    for (const path of [
      '/operations',
      '/api/v1/operations/',
      '/API/v1/Resupplies',
      `/wallets/${newId()}/operation`,
      '/batches',
    ]) {
      const [origin, absolute] = await Promise.all(
        [path, `http://${authority}${path}`].map((target) =>
          send(target, 'POST', { to: full, headers: JSON_HEADERS, body: '{}' }),
        ),
      );
      expect({ path, status: [origin!.status, absolute!.status] }).toEqual({ path, status: [503, 503] });
    }
    const { text } = await request(full.url).get('/metrics');
    expect(text).not.toMatch(/http_request_duration_seconds_count\{method="POST",route="other"/);
  });
});

it.each([
  ...[
    'http:///livez',
    'http://:80/livez',
    'http://a:b/livez',
    'http://a:80:80/livez',
    'http://@/livez',
    'http://[::1/livez',
  ],
  ...[
    'ftp://a/livez',
    'http:/livez',
    'http:livez',
    'livez',
    'a:80',
    '*',
    '/livez#x',
    'http://a/livez#x',
    '?x',
    '',
    '\\livez',
  ],
  ...['/liv\xa0ez', '/liv\x7fez'],
])('the target %j is answered with 400', async (target) => {
  expect((await send(target)).status).toBe(400);
  expect((await send(target, 'POST', { headers: JSON_HEADERS, body: '{}', to: full })).status).toBe(400);
});

it('a server handles OPTIONS and CONNECT like any other method that it does not have', async () => {
  for (const [method, target] of [
    ['OPTIONS', '*'],
    ['OPTIONS', 'http://a'],
    ['CONNECT', 'a:443'],
  ] as const) {
    const answer = await send(target, method);
    expect({ method, status: answer.status, allow: answer.headers['allow'] }).toEqual({
      ...{ method, status: 405, allow: 'GET, HEAD, POST, PATCH, DELETE' },
    });
  }
});

it('a path that begins with two slashes names no host', async () => {
  for (const target of ['//a:99999/operations?limit=1', '//operations?limit=1', '/\\a:99999/operations']) {
    expect((await send(target)).status).toBe(404);
  }
});

/** Every list with cursors, and their keys. */
function lists(): { path: string; parameter: string; name: string }[] {
  return [
    { path: '/clients', parameter: 'cursor', name: 'clients:' },
    { path: '/wallets', parameter: 'cursor', name: 'wallets:' },
    { path: '/operations', parameter: 'cursor', name: 'operations:' },
    { path: '/webhook-endpoints', parameter: 'cursor', name: 'webhook-endpoints:' },
    { path: `/webhook-endpoints/${endpoint}/deliveries`, parameter: 'cursor', name: 'deliveries:' },
    { path: `/wallets/${wallet}/transactions`, parameter: 'cursor', name: 'transactions:' },
    { path: `/batches/${batch}/operations`, parameter: 'cursor', name: 'lines:' },
    { path: '/events', parameter: 'after', name: '' },
  ];
}

async function statusOf(path: string, query: Record<string, string>): Promise<number> {
  return (await request(service.url).get(path).query(query)).status;
}

it('a cursor is valid only for its own list', async () => {
  const cursors = new Map<string, string>();
  for (const { path } of lists()) {
    const { body } = await request(service.url).get(path).query({ limit: 1 });
    if (typeof body.next_cursor === 'string') cursors.set(path, body.next_cursor);
  }
  expect(cursors.size).toBeGreaterThanOrEqual(4);
  for (const { path, parameter } of lists()) {
    for (const [from, cursor] of cursors) {
      expect({ path, from, status: await statusOf(path, { [parameter]: cursor }) }).toEqual({
        path,
        from,
        status: from === path ? 200 : 400,
      });
    }
  }
});

/** Texts that look like a key of a list, and nearly like one. */
const keys = fc.oneof(
  fc.string(),
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.stringMatching(/^[0-9a-f-]{36}$/),
  fc.constant('-'.repeat(36)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom('feed:', 'feed:x', 'feed:-1', `feed:${'9'.repeat(19)}`, '٣', ' 1', '1 ', '0x1', '1e1', ''),
);

it('no cursor is answered with 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(7), keys, fc.boolean(), fc.boolean(), async (index, key, isNamed, isEncoded) => {
      const { path, parameter, name } = lists()[index]!;
      const text = isNamed ? name + key : key;
      const cursor = isEncoded ? Buffer.from(text).toString('base64url') : text;
      expect([200, 400]).toContain(await statusOf(path, { [parameter]: cursor }));
    }),
    { numRuns: 300 },
  );
});

it('no id is answered with 5xx', async () => {
  const ids = fc.oneof(keys, fc.string({ unit: 'binary' }), fc.stringMatching(/^\{?[0-9A-Fa-f-]{32,38}\}?$/));
  const paths = [
    ...['/operations/$', '/wallets/$', '/wallets/$/transactions', '/wallets/$/statistics', '/clients/$', '/batches/$'],
    ...['/batches/$/operations', '/webhook-endpoints/$', '/webhook-endpoints/$/deliveries', '/events/$'],
    ...['/wallets/users/$/balance?asset=USD', '/operations?wallet_id=$', '/operations?batch_id=$'],
    ...['/operations?reference_id=$', '/operations?idempotency_key=$', '/clients?login=$', '/wallets?client_id=$'],
    `/webhook-endpoints/${newId()}/deliveries/$`,
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), ids, async (path, id) => {
      const written = [...Buffer.from(id)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
      expect((await send(path.replace('$', written))).status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

it('no target is answered with 5xx', async () => {
  const parts = fc.constantFrom(
    ...[
      '/',
      '//',
      'http://',
      'https://',
      'a',
      ':99999',
      '@',
      '[',
      ']',
      '?',
      '#',
      '*',
      '%',
      '%00',
      '%zz',
      '%E0%A4%A',
      '\\',
    ],
    ...[
      'operations',
      'livez',
      'api/v1',
      'clients',
      'docs/assets',
      'swagger-ui.css',
      '..',
      '.',
      'limit=1',
      '&',
      '=',
      '\xff',
      '\x01',
    ],
    ...['health', 'metrics', 'redoc', 'openapi.json', ';', '<', '>', '"', '{', '}', '|', '^', '`', "'"],
  );
  const methods = fc.constantFrom(
    'GET',
    'HEAD',
    'POST',
    'OPTIONS',
    'DELETE',
    'PATCH',
    'PUT',
    'CONNECT',
    'TRACE',
    'PROPFIND',
  );
  await fc.assert(
    fc.asyncProperty(methods, fc.array(parts, { minLength: 1, maxLength: 8 }), async (method, some) => {
      const { status } = await send(some.join(''), method);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
});
