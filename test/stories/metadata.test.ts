import request from 'supertest';
import { startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** Metadata is returned as it was sent: its names in their order, its numbers and texts as they were written. */

let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url);
});
afterAll(() => service.stop());

const SENT =
  '{"zebra":1.0e+28,"10":-0,"2":1e-400,"apple":1.50,"B":1E5,"on":true,"nothing":null,"empty":"","accent":"é — 字",' +
  '"text":"caf\\u00e9 \\"\\/\\\\u0000json"}';
/** The same, as a person would write it. */
const SPACED = SENT.replaceAll(',"', ' ,\n\t"').replaceAll('":', '" : ').replace('{', '{ ');

function send(path: string, body: string, type = 'application/json'): request.Test {
  return request(service.url).post(path).set('Content-Type', type).set('Prefer', 'wait=10').send(body);
}

const deposit = (metadata: string, more = ''): string =>
  `{"type":"deposit","wallet_id":"${wallet}","amount":"1.00","metadata":${metadata}${more}}`;

/** The text of the metadata in an answer, which must be valid JSON. */
function metadataIn(text: string): string {
  JSON.parse(text);
  const start = text.indexOf('"metadata":') + '"metadata":'.length;
  return text.slice(start, text.indexOf(',"batch_id"', start));
}

describe.each([
  ['without spaces', SENT],
  ['with spaces', SPACED],
])('metadata that was sent %s', (_name, metadata) => {
  it('comes back unchanged from POST, GET and lists', async () => {
    const posted = await send('/operations', deposit(metadata));
    const id = posted.body.id as string;
    expect(metadataIn(posted.text)).toBe(SENT);
    expect(metadataIn((await request(service.url).get(`/operations/${id}`).expect(200)).text)).toBe(SENT);
    const list = await request(service.url).get('/operations').query({ wallet_id: wallet, limit: 1 }).expect(200);
    expect(list.body.data[0].id).toBe(id);
    expect(metadataIn(list.text)).toBe(SENT);
  });

  it.each<[type: string, path: string, body: () => string]>([
    ['application/json', '/batches', () => `{"operations":[${deposit(metadata)}],"atomic":true}`],
    ['application/x-ndjson', '/batches', () => `${deposit(metadata).replace(/\s+/g, ' ')}\n`],
    [
      'text/csv',
      '/batches',
      () => `type,wallet_id,amount,metadata\ndeposit,${wallet},1.00,"${metadata.replaceAll('"', '""')}"\n`,
    ],
  ])('comes back from a batch in %s, in pages and whole', async (type, path, body) => {
    const batch = await send(path, body(), type).set('Idempotency-Key', `metadata-${type.length}-${metadata.length}`);
    expect(batch.body).toMatchObject({ status: 'completed', succeeded: 1 });
    const lines = `/batches/${batch.body.id}/operations`;
    // NDJSON cannot hold the ends of lines, CSV has those of the other two.
    expect(metadataIn((await request(service.url).get(lines).expect(200)).text)).toBe(SENT);
    const asNdjson = await request(service.url)
      .get(lines)
      .set('Accept', 'application/x-ndjson')
      .buffer(true)
      .expect(200);
    expect(metadataIn(asNdjson.text.trimEnd())).toBe(SENT);
    const asCsv = await request(service.url).get(lines).set('Accept', 'text/csv').expect(200);
    expect(asCsv.text).toContain(`"${SENT.replaceAll('"', '""')}"`);
  });
});

it('metadata reaches webhooks and the feed of events as it was sent', async () => {
  const receiver = await startReceiver();
  try {
    const { body: endpoint } = await request(service.url)
      .post('/webhook-endpoints')
      .send({ url: receiver.url, event_types: ['operation.succeeded'] })
      .expect(201);
    await send('/operations', deposit(SPACED)).expect(200);
    await receiver.until((received) => received.length > 0);
    expect(metadataIn(receiver.received[0]!.body)).toBe(SENT);
    expect(metadataIn((await request(service.url).get('/events').expect(200)).text)).toBe(SENT);
    await request(service.url).delete(`/webhook-endpoints/${endpoint.id}`).expect(204);
  } finally {
    await receiver.stop();
  }
});

it('metadata in another order and spelling is the same request, and answered as it was sent first', async () => {
  const first = await send('/operations', deposit('{"b":1.50,"a":"x"}', ',"idempotency_key":"order"')).expect(200);
  const again = await send('/operations', deposit('{"a":"\\u0078", "b":1.5}', ',"idempotency_key":"order"')).expect(
    200,
  );
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(again.text).toBe(first.text);
  expect(metadataIn(again.text)).toBe('{"b":1.50,"a":"x"}');
  const other = await send('/operations', deposit('{"a":"x","b":1.6}', ',"idempotency_key":"order"')).expect(422);
  expect(other.body.code).toBe('idempotency_key_reused');
});

it('metadata of failed lines is kept unchanged by a retry of the batch', async () => {
  const poor = await createFundedWallet(service.url);
  const line = `{"type":"withdraw","wallet_id":"${poor}","amount":"1.00","metadata":${SENT}}`;
  const batch = await send('/batches', `{"operations":[${line}]}`).expect(200);
  const retried = await request(service.url)
    .post(`/batches/${batch.body.id}/retry`)
    .set('Prefer', 'wait=10')
    .expect(200);
  const { text } = await request(service.url).get(`/batches/${retried.body.id}/operations`).expect(200);
  expect(metadataIn(text)).toBe(SENT);
});

it('metadata stored as jsonb by an earlier version is answered with the same values, and can be retried', async () => {
  const poor = await createFundedWallet(service.url);
  const line = `{"type":"withdraw","wallet_id":"${poor}","amount":"1.00","metadata":{"b":1,"a":"x"}}`;
  const batch = await send('/batches', `{"operations":[${line}]}`).expect(200);
  await service.database.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE operations SET metadata_sent = NULL, metadata = '{"b": 10000000000000000000000000000, "a": "x"}'
     WHERE batch_id = '${batch.body.id}'; COMMIT`,
  );
  const { body } = await request(service.url).get(`/batches/${batch.body.id}/operations`).expect(200);
  expect(body.data[0].metadata).toEqual({ a: 'x', b: 1e28 });
  const retried = await request(service.url)
    .post(`/batches/${batch.body.id}/retry`)
    .set('Prefer', 'wait=10')
    .expect(200);
  const { body: again } = await request(service.url).get(`/batches/${retried.body.id}/operations`).expect(200);
  expect(again.data[0].metadata).toEqual({ a: 'x', b: 1e28 });
});

describe('metadata is refused in JSON, NDJSON and CSV alike', () => {
  it.each([
    ['with a name twice', '{"a":1,"a":2}'],
    ['with a name twice in two spellings', '{"a":1,"\\u0061":2}'],
    ['with __proto__', '{"__proto__":1}'],
    ['with a number of more digits than a double keeps', '{"a":1234567890123456789}'],
    ['with a number beyond all doubles', '{"a":1e400}'],
    ['with a number that is very long', `{"a":0.${'0'.repeat(100)}1}`],
    ['with a NUL', '{"a":"\\u0000"}'],
    ['with half a character', '{"a":"\\ud800"}'],
    ['that nests', '{"a":{"b":1}}'],
    ['that is an array', '[1]'],
    ['that is text', '"{}"'],
  ])('%s', async (_name, metadata) => {
    await send('/operations', deposit(metadata)).expect(400);
    await send('/batches', `{"operations":[${deposit(metadata)}]}`).expect(422);
    await send('/batches', `${deposit(metadata)}\n`, 'application/x-ndjson').expect(422);
    const csv = `type,wallet_id,amount,metadata\ndeposit,${wallet},1,"${metadata.replaceAll('"', '""')}"\n`;
    await send('/batches', csv, 'text/csv').expect(422);
  });
});

describe('the database refuses', () => {
  it.each(["'[1]'", "'1'", `'"text"'`, "'null'"])('metadata that is %s', async (text) => {
    const sql = `BEGIN; SET LOCAL session_replication_role = replica; UPDATE operations SET metadata_sent = ${text}; COMMIT`;
    await send('/operations', deposit('{}')).expect(200);
    await expect(service.database.query(sql)).rejects.toMatchObject({
      constraint: 'operations_metadata_sent_is_object',
    });
    await service.database.query('ROLLBACK');
  });
});
