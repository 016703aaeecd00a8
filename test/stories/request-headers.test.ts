import request from 'supertest';
import { service, wallet } from '../support/idle-service.ts';
import { type RawAnswer, openRaw } from '../support/raw-connection.ts';

/** Headers and numbers are read by their grammars. What Node would drop or join silently is refused. */

const DEPOSIT = JSON.stringify({ operation_type: 'DEPOSIT', amount: '1.00' });
const TYPE = 'Content-Type: application/json';
const LENGTH = `Content-Length: ${DEPOSIT.length}`;

/** Sends header lines as they are, and resolves with the answer. */
async function send(
  lines: readonly string[],
  body = '',
  first = `POST /wallets/${wallet}/operation`,
): Promise<RawAnswer> {
  const connection = openRaw(service.url);
  try {
    const version = first.includes(' HTTP/') ? '' : ' HTTP/1.1';
    await connection.write(`${[first + version, ...lines].join('\r\n')}\r\n\r\n${body}`);
    return await connection.answer(first.split(' ')[0]);
  } finally {
    connection.close();
  }
}

async function count(): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>('SELECT count(*)::int AS count FROM operations');
  return rows[0]!.count;
}

const codeOf = ({ body }: RawAnswer): unknown => (JSON.parse(body) as { code: unknown }).code;

it.each([0, 1, DEPOSIT.length - 1, DEPOSIT.length])(
  'a body of which %d bytes come with the headers is read whole',
  async (length) => {
    const connection = openRaw(service.url);
    try {
      const head = [`POST /wallets/${wallet}/operation HTTP/1.1`, 'Host: a', TYPE, LENGTH].join('\r\n');
      await connection.write(`${head}\r\n\r\n${DEPOSIT.slice(0, length)}`);
      // Answered later than the above was read.
      await request(service.url).get('/livez').expect(200);
      await connection.write(DEPOSIT.slice(length));
      expect((await connection.answer('POST')).status).toBe(202);
      // The connection is good for another.
      await connection.write(`${head}\r\n\r\n${DEPOSIT}`);
      expect((await connection.answer('POST')).status).toBe(202);
    } finally {
      connection.close();
    }
  },
);

it.each([
  [400, 'malformed_request', ['Host: a', 'Host: b']],
  [400, 'malformed_request', ['Host: a', 'host: a']],
  [400, 'malformed_request', ['X-No-Host: a']],
  [400, 'malformed_request', ['Host: a b']],
  [400, 'malformed_request', ['Host: a, b']],
  [400, 'malformed_request', ['Host: a/b']],
  [400, 'malformed_request', ['Host: a:b']],
  [400, 'malformed_request', ['Host: a', LENGTH]],
  [400, 'malformed_request', ['Host: a', 'CONTENT-TYPE: text/plain']],
  [400, 'malformed_request', ['Host: a', 'Authorization: Bearer a', 'Authorization: Bearer b']],
  [400, 'invalid_request', ['Host: a', 'Idempotency-Key: a', 'Idempotency-Key: b']],
  [400, 'invalid_request', ['Host: a', 'Idempotency-Key: a', 'Idempotency-Key: a']],
  [400, 'invalid_request', ['Host: a', 'Idempotency-Key: "a", "b"']],
  [400, 'invalid_request', ['Host: a', 'Idempotency-Key: "a']],
  [400, 'invalid_request', ['Host: a', 'Idempotency-Key:']],
  [415, 'unsupported_media_type', ['Host: a', 'Content-Encoding: identity', 'Content-Encoding: gzip']],
  [417, 'expectation_failed', ['Host: a', 'Expect: 100-continue, cake']],
])('%i %s: a request with %j', async (status, code, lines) => {
  const before = await count();
  const answer = await send([...lines, TYPE, LENGTH], DEPOSIT);
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(await count()).toBe(before);
});

it('a key after 1,010 other headers is refused with them, and not left out', async () => {
  const before = await count();
  const lines = Array.from({ length: 1_010 }, (_, n) => `a${n % 10}:`);
  const answer = await send(['Host: a', TYPE, LENGTH, ...lines, 'Idempotency-Key: dropped'], DEPOSIT);
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 431, code: 'headers_too_large' });
  expect(await count()).toBe(before);
});

it('a key after 900 other headers counts', async () => {
  const lines = [
    'Host: a',
    ...Array.from({ length: 900 }, (_, n) => `a${n % 10}:`),
    'Idempotency-Key: behind',
    TYPE,
    LENGTH,
  ];
  const answers = [await send(lines, DEPOSIT), await send(lines, DEPOSIT)];
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  expect(answers[1]!.headers['idempotent-replayed']).toBe('true');
});

it.each(['a', 'a:80', 'a:', '', '[::1]:8000', 'xn--a.b_c', '127.0.0.1'])('the host %j is taken', async (host) => {
  expect((await send([`Host: ${host}`], '', 'GET /livez')).status).toBe(200);
});

it.each(['gzip, chunked', 'identity, chunked', 'gzip', 'identity', 'chunked;a=b'])(
  'Transfer-Encoding: %s is refused',
  async (coding) => {
    const before = await count();
    const body = `${DEPOSIT.length.toString(16)}\r\n${DEPOSIT}\r\n0\r\n\r\n`;
    const answer = await send(['Host: a', TYPE, `Transfer-Encoding: ${coding}`], body);
    expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 400, code: 'malformed_request' });
    expect(await count()).toBe(before);
  },
);

it.each(['HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/3.0'])('%s is not spoken', async (version) => {
  const answer = await send(['Host: a'], '', `GET /livez ${version}`);
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 400, code: 'malformed_request' });
});

it('HTTP/1.0 needs no host and has no expectations, and no transfer coding', async () => {
  expect((await send([], '', 'GET /livez HTTP/1.0')).status).toBe(200);
  expect((await send(['Expect: cake'], '', 'GET /livez HTTP/1.0')).status).toBe(200);
  expect((await send(['Transfer-Encoding: chunked'], '0\r\n\r\n', 'POST /operations HTTP/1.0')).status).toBe(400);
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf8',
    'application/json; charset=UTF8',
    'application/json ; charset="utf-8"',
    'application/json; charset="ut\\f-8"',
    'application/json; version=1; charset=utf-8',
    'application/json;',
    'application/json; note="a; charset=latin1"',
  ])('%s is read', async (type) => {
    expect((await send(['Host: a', `Content-Type: ${type}`, LENGTH], DEPOSIT)).status).toBe(202);
    const lines = await send(['Host: a', `Content-Type: ${type}`, 'Content-Length: 2'], '{}', 'POST /batches');
    expect(codeOf(lines)).not.toBe('unsupported_media_type');
  });

  it.each([
    '',
    'json',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/json; charset=""',
    'application/json, text/csv',
    'text/plain; type=application/json',
    'application/jsonx',
  ])('%j is refused', async (type) => {
    for (const first of [`POST /wallets/${wallet}/operation`, 'POST /batches']) {
      const answer = await send(['Host: a', `Content-Type: ${type}`, LENGTH], DEPOSIT, first);
      expect({ first, status: answer.status }).toEqual({ first, status: 415 });
    }
  });

  it.each(['identity', 'IDENTITY', 'identity, identity', ''])('coded as %j is read', async (coding) => {
    expect((await send(['Host: a', TYPE, LENGTH, `Content-Encoding: ${coding}`], DEPOSIT)).status).toBe(202);
  });

  it.each(['gzip', 'identity, gzip', 'br', 'x'])('coded as %j is refused', async (coding) => {
    for (const first of [`POST /wallets/${wallet}/operation`, 'POST /batches']) {
      const answer = await send(['Host: a', TYPE, LENGTH, `Content-Encoding: ${coding}`], DEPOSIT, first);
      expect({ first, status: answer.status }).toEqual({ first, status: 415 });
    }
  });
});

it('an idempotency key is accepted bare, and as a structured string', async () => {
  for (const written of ['same-key', '"same-key"', '"same-key";a=1', ' "same-key" ']) {
    const answer = await send(['Host: a', TYPE, LENGTH, `Idempotency-Key: ${written}`], DEPOSIT);
    expect(JSON.parse(answer.body)).toMatchObject({ idempotency_key: 'same-key' });
  }
});

it.each(['0x10', '1e1', ' 5', '5 ', '+5', '-1', '1.0', '', '٥', '0', '201', '1&limit=1', '9'.repeat(30)])(
  'limit=%s is refused',
  async (limit) => {
    for (const list of ['/operations', '/clients', '/events', `/wallets/${wallet}/transactions`]) {
      const url = `${list}?limit=${encodeURI(limit).replaceAll('+', '%2B')}`;
      const { status, body } = await request(service.url).get(url);
      expect({ list, status, path: body.errors[0].path }).toEqual({ list, status: 400, path: 'limit' });
    }
  },
);

it.each(['0x1', '1e0', '', '1.0', '-1', '99999'])('asset_type_id=%s is refused', async (id) => {
  await request(service.url).get(`/wallets/users/nobody/balance?asset_type_id=${id}`).expect(400);
});

it('a parameter counts, however many came before it', async () => {
  const line = JSON.stringify({ type: 'deposit', wallet_id: wallet, amount: '1.00' });
  const before = await count();
  const answer = await request(service.url)
    .post(`/batches?${'&'.repeat(1_500)}validate_only=true`)
    .set('Content-Type', 'application/x-ndjson')
    .send(line);
  expect({ status: answer.status, valid: answer.body.valid }).toEqual({ status: 200, valid: true });
  expect(await count()).toBe(before);
});

it('an export is chosen by the weights of Accept', async () => {
  const line = JSON.stringify({ type: 'deposit', wallet_id: wallet, amount: '2.00' });
  const sent = request(service.url).post('/batches').set('Content-Type', 'application/x-ndjson');
  const { body } = await sent.send(line).expect(202);
  const typeFor = async (accept: string): Promise<string> => {
    const answer = await request(service.url)
      .get(`/batches/${body.id as string}/operations`)
      .set('Accept', accept);
    return answer.headers['content-type']!.split(';')[0]!;
  };
  expect(await typeFor('text/csv;q=0, application/json;q=0.5, application/x-ndjson;q=0.4')).toBe('application/json');
  expect(await typeFor('text/csv;q=0.9, application/x-ndjson')).toBe('application/x-ndjson');
  expect(await typeFor('application/json;q=0.1, text/*;q=0.2')).toBe('text/csv');
  expect(await typeFor('*/*')).toBe('application/json');
  expect(await typeFor('image/png')).toBe('application/json');
});

it.each([
  ['Range', 'bytes=999999999-'],
  ['If-Match', '"other"'],
  ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
])('a page asset asked for with %s: %s is refused with the right problem', async (name, value) => {
  const { status } = await request(service.url).get('/docs/assets/swagger-ui.css').set(name, value);
  expect([412, 416]).toContain(status);
});

it('bytes after a request that cannot be read are answered after its answer', async () => {
  const connection = openRaw(service.url);
  const post = [`POST /wallets/${wallet}/operation HTTP/1.1`, 'Host: a', TYPE, LENGTH].join('\r\n');
  await connection.write(`${post}\r\n\r\n${DEPOSIT}nonsense\r\n\r\n`);
  expect((await connection.answer()).status).toBe(202);
  expect(await connection.answer()).toMatchObject({ status: 400, closes: true });
  connection.close();
});
