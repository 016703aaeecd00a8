import { connect } from 'node:net';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url);
});
afterAll(async () => {
  const { rows } = await service.database.query('SELECT FROM operations');
  await service.stop();
  // No refused request left anything behind.
  expect(rows).toHaveLength(0);
});

function send(body: string | Buffer, type = 'application/json'): request.Test {
  return request(service.url).post(`/wallets/${wallet}/operation`).set('Content-Type', type).send(body);
}

function expectProblem(answer: request.Response, status: number, code: string): void {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(answer.body.request_id).toBe(answer.headers['x-request-id']);
}

describe('an amount', () => {
  it.each([
    ...['"0"', '"-1"', '"-0"', '0', '-5', '"NaN"', '"Infinity"', '"1e400"', '"1e2"', '"0x10"', '"1,000"', '" 1"', '""'],
    ...['"1.005"', '1.005', '"1."', '".5"', '"+1"', 'null', 'true', '[]', '{}', '"１"', '"92233720368547758.08"'],
    ...['"99999999999999999999"', '1e21', `"${'9'.repeat(65)}"`],
  ])('of %s is refused', async (amount) => {
    const answer = await send(`{"operation_type":"DEPOSIT","amount":${amount}}`);
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body.errors[0].path).toBe('amount');
  });

  it.each(['9007199254740993', '0.10000000000000001', '1e999'])('as the JSON number %s is refused', async (amount) => {
    expectProblem(await send(`{"operation_type":"DEPOSIT","amount":${amount}}`), 400, 'malformed_json');
  });
});

describe('a body', () => {
  it.each([
    ['', 'malformed_json'],
    ['{', 'malformed_json'],
    ['{"operation_type":"DEPOSIT","operation_type":"WITHDRAW","amount":1}', 'malformed_json'],
    ['{"operation_type":"DEPOSIT","amount":1,"__proto__":{}}', 'malformed_json'],
    [`${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'malformed_json'],
    ['[]', 'invalid_request'],
    ['null', 'invalid_request'],
    ['"text"', 'invalid_request'],
    ['{"operation_type":"DEPOSIT"}', 'invalid_request'],
    ['{"operation_type":"deposit","amount":1}', 'invalid_request'],
    ['{"operation_type":"DEPOSIT","amount":1,"balance":5}', 'invalid_request'],
    ['{"operation_type":"DEPOSIT","amount":1,"description":"a\\u0000b"}', 'invalid_request'],
    ['{"operation_type":"DEPOSIT","amount":1,"description":"\\ud800"}', 'invalid_request'],
    [`{"operation_type":"DEPOSIT","amount":1,"description":"${'x'.repeat(501)}"}`, 'invalid_request'],
  ])('of %s is refused', async (body, code) => {
    expectProblem(await send(body), 400, code);
  });

  it('that is not UTF-8 is refused', async () => {
    const bytes = send(Buffer.from([0x22, 0xff, 0x22])).serialize((body: Buffer) => body as unknown as string);
    expectProblem(await bytes, 400, 'malformed_json');
  });

  it('that is too large is refused', async () => {
    expectProblem(await send(`"${'x'.repeat(70_000)}"`), 413, 'body_too_large');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'of type %s is refused',
    async (type) => {
      expectProblem(await send('{"operation_type":"DEPOSIT","amount":1}', type), 415, 'unsupported_media_type');
    },
  );

  it('that is compressed is refused', async () => {
    expectProblem(await send('{}').set('Content-Encoding', 'gzip'), 415, 'unsupported_media_type');
  });
});

describe('a path', () => {
  it.each([
    ['/wallets/not-a-uuid', 400, 'invalid_request'],
    ['/operations/%E0%A4%A', 400, 'malformed_path'],
    ['/wallets/018f0000-0000-7000-8000-000000000000', 404, 'wallet_not_found'],
    ['/operations/018f0000-0000-7000-8000-000000000000', 404, 'operation_not_found'],
    ['/nowhere', 404, 'route_not_found'],
    ['/api/v1/nowhere', 404, 'route_not_found'],
  ])('%s is answered with %i', async (path, status, code) => {
    expectProblem(await request(service.url).get(path), status, code);
  });

  it('with another method is answered with 405 and the methods it has', async () => {
    const answer = await request(service.url).delete(`/wallets/${wallet}`);
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers['allow']).toBe('GET, HEAD, PATCH');
  });

  it('of an unknown wallet is answered with 404 for an operation', async () => {
    const answer = await request(service.url)
      .post('/wallets/018f0000-0000-7000-8000-000000000000/operation')
      .send({ operation_type: 'DEPOSIT', amount: 1 });
    expectProblem(answer, 404, 'wallet_not_found');
  });
});

it('an answer shows no stack and echoes no header that cannot be sent', async () => {
  const answer = await request(service.url).get('/nowhere').set('X-Request-Id', 'a b');
  expect(answer.text).not.toMatch(/at .*\.(ts|js):/);
  expect(answer.headers['x-request-id']).not.toBe('a b');
});

/** Sends raw text, and resolves with the status and body of the answer when the connection is closed. */
function sendRaw(text: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  return new Promise((resolve) =>
    socket.once('close', () => {
      const [head = '', body = '{}'] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), body: JSON.parse(body) as Record<string, unknown> });
    }),
  );
}

it.each([
  ['nonsense\r\n\r\n', 400, 'malformed_request'],
  [`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['GET /nowhere HTTP/1.1\r\nHost: x\r\nExpect: cake\r\nConnection: close\r\n\r\n', 417, 'expectation_failed'],
])('bytes that cannot be a request are refused, and the connection closed: %#', async (text, status, code) => {
  const answer = await sendRaw(text);
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
  await request(service.url).get('/livez').expect(200);
});
