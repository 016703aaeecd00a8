import { request as httpRequest } from 'node:http';
import Papa from 'papaparse';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

function post(type: string, body: string | Buffer, query = '') {
  return request(service.url).post(`/batches${query}`).set('Content-Type', type).set('Prefer', 'wait=20').send(body);
}

async function linesOf(id: string, query = ''): Promise<Record<string, any>[]> {
  const answer = await request(service.url).get(`/batches/${id}/operations${query}`).expect(200);
  return answer.body.data as Record<string, unknown>[];
}

describe('the operations of a batch', () => {
  let id: string;
  let ids: string[];
  beforeAll(async () => {
    ids = await Promise.all(Array.from({ length: 7 }, () => createFundedWallet(service.url)));
    const lines = Array.from({ length: 120 }, (_, n) => ({
      type: n % 4 === 3 ? 'withdraw' : 'deposit',
      wallet_id: ids[n % 7]!,
      amount: n % 4 === 3 ? '999.00' : '1.00',
      description: `${n}, and a "quote"`,
    }));
    id = (await post('application/json', JSON.stringify({ operations: lines })).expect(200)).body.id as string;
  });

  it.each(['', '&status=failed', '&status=succeeded', '&status=pending'])(
    'come in pages, in the order of the file%s',
    async (query) => {
      const found: number[] = [];
      let path: string | undefined = `/batches/${id}/operations?limit=13${query}`;
      while (path !== undefined) {
        const answer: request.Response = await request(service.url).get(path).expect(200);
        found.push(...(answer.body.data as { line: number }[]).map(({ line }) => line - 1));
        path = /<(.*)>; rel="next"/.exec(answer.headers['link'] ?? '')?.[1];
      }
      const all = Array.from({ length: 120 }, (_, n) => n);
      const wanted: Record<string, number[]> = {
        '': all,
        '&status=failed': all.filter((n) => n % 4 === 3),
        '&status=succeeded': all.filter((n) => n % 4 !== 3),
      };
      expect(found).toEqual(wanted[query] ?? []);
    },
  );

  it('come as NDJSON', async () => {
    const answer = await request(service.url)
      .get(`/batches/${id}/operations`)
      .set('Accept', 'application/x-ndjson')
      .expect(200);
    expect(answer.headers['content-type']).toMatch('application/x-ndjson');
    const lines = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([...(await linesOf(id, '?limit=120'))]);
  });

  it('come as CSV', async () => {
    const answer = await request(service.url)
      .get(`/batches/${id}/operations?status=failed`)
      .set('Accept', 'text/csv')
      .expect(200);
    const [header, first] = answer.text.split('\n');
    expect(header).toMatch(/^line,type,wallet_id,.*,operation_id,status,.*error_code,error$/);
    expect(first).toMatch(
      new RegExp(`^4,withdraw,${ids[3]},,,USD,999.00,"3, and a ""quote""",.*,failed,.*insufficient_funds`),
    );
    expect(answer.text.trim().split('\n')).toHaveLength(31);
  });
});

describe('a text that a spreadsheet would compute', () => {
  const EVIL = ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1', '-cmd|x', '=HYPERLINK("x",\'y\')'];
  const HARMLESS = ['-12.50', '-3', '1+1', ' =1', 'a=b', "'=1"];
  let path: string;
  beforeAll(async () => {
    const wallet_id = await createFundedWallet(service.url);
    const operations = [...EVIL, ...HARMLESS].map((description, n) => ({
      ...{ type: 'deposit', wallet_id, amount: '1.00', description, reference_id: `-A${n}.${wallet_id}` },
    }));
    const { body } = await post('application/json', JSON.stringify({ operations })).expect(200);
    path = `/batches/${body.id}/operations`;
  });

  const tableOf = async (query: string): Promise<Record<string, string>[]> => {
    const { text } = await request(service.url).get(`${path}${query}`).set('Accept', 'text/csv').expect(200);
    return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
  };

  it('is exported as it was sent, unless an apostrophe before it is requested', async () => {
    const plain = await tableOf('');
    expect(plain.map((line) => line['description'])).toEqual([...EVIL, ...HARMLESS]);
    const escaped = await tableOf('?formulas=escape');
    expect(escaped.map((line) => line['description'])).toEqual([...EVIL.map((text) => `'${text}`), ...HARMLESS]);
    expect(escaped.map((line) => line['reference_id'])).toEqual(plain.map((line) => `'${line['reference_id']}`));
    const texts = { description: '', reference_id: '', idempotency_key: '' };
    expect(escaped.map((line) => ({ ...line, ...texts }))).toEqual(plain.map((line) => ({ ...line, ...texts })));
  });

  it.each([
    ['application/json', '?formulas=escape'],
    ['application/x-ndjson', '?formulas=escape'],
    ['text/csv', '?formulas=keep'],
  ])('is not escaped in %s with %s, which is refused', async (type, query) => {
    const { body } = await request(service.url).get(`${path}${query}`).set('Accept', type).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'formulas' }] });
  });
});

describe('a body', () => {
  it.each([
    ['of no lines', 'text/csv', 'type,wallet_id,amount\n', 422, 'batch_refused'],
    ['of nothing', 'application/x-ndjson', '', 422, 'batch_refused'],
    ['of an empty array', 'application/json', '{"operations":[]}', 422, 'batch_refused'],
    ['without operations', 'application/json', '{}', 400, 'invalid_request'],
    ['of another field', 'application/json', '{"operations":[{"type":"deposit"}],"more":1}', 400, 'invalid_request'],
    ['that is cut off', 'application/json', '{"operations":[{"type":"deposit"', 400, 'malformed_json'],
    ['with a comma at its end', 'application/json', '{"operations":[{},]}', 422, 'batch_refused'],
    ['that is not an object', 'application/json', '[1]', 400, 'invalid_request'],
    ['with an unknown column', 'text/csv', 'type,wallet,amount\n', 422, 'batch_refused'],
    ['with a column twice', 'text/csv', 'type,type\n', 422, 'batch_refused'],
    [
      'with a quote that is not closed',
      'text/csv',
      `type,amount\ndeposit,"1\n${'x'.repeat(70_000)}`,
      400,
      'malformed_body',
    ],
    ['with a line without end', 'application/x-ndjson', `"${'x'.repeat(70_000)}"`, 400, 'malformed_body'],
    ['of another type', 'text/plain', 'x', 415, 'unsupported_media_type'],
    ['in another charset', 'text/csv; charset=latin1', 'x', 415, 'unsupported_media_type'],
    ['that is not UTF-8', 'text/csv', Buffer.from([0x74, 0xff]), 400, 'malformed_body'],
    ['of lines that are not UTF-8', 'application/x-ndjson', Buffer.from([0x7b, 0xff]), 400, 'malformed_body'],
    ['that is Latin-1', 'text/csv', Buffer.from('type,description\na,K\xf6ln\n', 'latin1'), 400, 'malformed_body'],
    ['that is UTF-16 without a mark', 'text/csv', Buffer.from('type,amount\n', 'utf16le'), 400, 'malformed_body'],
    ['that is a workbook', 'text/csv', Buffer.from('PK\x03\x04\x14\0', 'latin1'), 415, 'unsupported_media_type'],
    ['that is a workbook of old', 'text/csv', Buffer.from('D0CF11E0A1B1', 'hex'), 415, 'unsupported_media_type'],
    ['of nothing but separators', 'text/csv', 'sep=;\ntype;amount\n;\n;\n', 422, 'batch_refused'],
  ])('%s is refused', async (_name, type, body, status, code) => {
    const answer = await request(service.url).post('/batches').set('Content-Type', type).send(body);
    expect({ status: answer.status, code: answer.body.code as string }).toEqual({ status, code });
  });

  it('that contradicts its query is refused', async () => {
    const body = '{"operations":[{"type":"deposit"}],"atomic":false}';
    const answer = await post('application/json', body, '?atomic=true').expect(400);
    expect(answer.body.errors[0].path).toBe('atomic');
  });

  it('with more than 1,000 invalid lines names the first 1,000, and says how many there are', async () => {
    const answer = await post('text/csv', `type,wallet_id,amount\n${'deposit,x,1\n'.repeat(1_050)}`).expect(422);
    expect(answer.body.errors).toHaveLength(1_000);
    expect(answer.body.detail).toMatch('1050 of 1050 lines');
  });
});

describe('a table from a spreadsheet', () => {
  it('is accepted, and is the same batch as the same lines in a plain table', async () => {
    const wallet_id = await createFundedWallet(service.url);
    const rows = [
      'sep=;',
      'Type;Wallet ID;Amount;;',
      `DEPOSIT;${wallet_id};12,50;;`,
      ';;;;',
      `Withdraw; ${wallet_id} ;0,5;;`,
    ];
    const bytes = Buffer.from(`\uFEFF${rows.join('\r\n')}\r\n`, 'utf16le');
    const { body } = await post('text/csv', bytes).expect(200);
    expect(body).toMatchObject({ total: 2, succeeded: 2, sums: [{ asset: 'USD', total: '13.00' }] });
    expect(await linesOf(body.id as string)).toMatchObject([
      { line: 3, position: 1, type: 'deposit', amount: '12.50' },
      { line: 5, position: 2, type: 'withdraw', amount: '0.50' },
    ]);
    const plain = `type,wallet_id,amount\ndeposit,${wallet_id},12.50\nwithdraw,${wallet_id},0.50`;
    const again = await post('text/csv', plain).expect(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body.id).toBe(body.id);
  });

  it('with an ambiguous amount is refused at its line, and nothing is stored', async () => {
    const wallet_id = await createFundedWallet(service.url);
    const row = (amount: string): string => `deposit;${wallet_id};${amount}\r\n`;
    const { body } = await post('text/csv', `type;wallet_id;amount\r\n${row('1,00')}${row('1,000')}${row('1.000')}`);
    expect(body).toMatchObject({ status: 422, detail: '2 of 3 lines are not valid. Nothing was accepted.' });
    expect(body.errors).toEqual([
      { line: 3, field: 'amount', message: expect.stringMatching(/^"1,000" .* with a point before the decimals/) },
      { line: 4, field: 'amount', message: expect.stringMatching(/^"1\.000" /) },
    ]);
    expect(await balanceOf(service.url, wallet_id)).toBe('0.00');
  });
});

it.each(['sha256:x', 'retry:x'])("the key %s is the service's own", async (key) => {
  const answer = await request(service.url)
    .post('/batches')
    .set('Idempotency-Key', key)
    .send({ operations: [] })
    .expect(400);
  expect(answer.body.errors[0].path).toBe('Idempotency-Key');
});

it('a cursor after the end is an empty page', async () => {
  const wallet_id = await createFundedWallet(service.url);
  const { body } = await post('text/csv', `type,wallet_id,amount\ndeposit,${wallet_id},1`).expect(200);
  const cursor = Buffer.from('lines:9999999').toString('base64url');
  expect(await linesOf(body.id as string, `?cursor=${cursor}`)).toEqual([]);
});

it('a wallet created for a user while their batch arrives does not fail the batch', async () => {
  const client = await request(service.url).post('/clients').send({ login: 'made-meanwhile', name: 'M' }).expect(201);
  const { port } = new URL(service.url);
  const outgoing = httpRequest({ port, path: '/batches', method: 'POST', headers: { 'content-type': 'text/csv' } });
  const status = new Promise((resolve) => outgoing.once('response', (answer) => resolve(answer.resume().statusCode)));
  const line = 'bonus,made-meanwhile,GOLD,1.00\n';
  // More than is held back, so that the first lines have been looked at when the last one comes.
  outgoing.write(`type,external_user_id,asset,amount\n${line.repeat(20_000)}`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await request(service.url)
    .post('/wallets')
    .send({ client_id: client.body.id as string, asset: 'GOLD' })
    .expect(201);
  outgoing.end(line);
  expect(await status).toBe(409);
});

it.each(['GET /batches/X', 'GET /batches/X/operations', 'POST /batches/X/cancel', 'POST /batches/X/retry'])(
  '%s of no batch is answered with 404',
  async (route) => {
    const [method, path] = route.replace('X', '018f0000-0000-7000-8000-000000000000').split(' ') as [string, string];
    const answer = await (method === 'GET' ? request(service.url).get(path) : request(service.url).post(path));
    expect(answer.body).toMatchObject({ status: 404, code: 'batch_not_found' });
  },
);
