import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * Shown times can be used in requests: they are stored in microseconds, and shown, sent and compared in milliseconds.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

async function get(path: string, query: Record<string, string | number>): Promise<Record<string, any>> {
  const answer = await request(service.url).get(path).query(query).expect(200);
  return answer.body;
}

/** A wallet with one deposit, whose entry was made at `micros` microseconds behind a full second. */
async function createWalletAt(micros: number): Promise<{ wallet: string; operation: string }> {
  const wallet = await createFundedWallet(service.url);
  const { id } = await operate(service.url, wallet, 'DEPOSIT', 1);
  const moment = `2026-01-31T12:00:00.${String(micros).padStart(6, '0')}Z`;
  await service.database.query(`
    BEGIN;
    SET LOCAL session_replication_role = replica;
    UPDATE movements SET created_at = '${moment}' WHERE operation_id = '${String(id)}';
    UPDATE operations SET created_at = '${moment}' WHERE id = '${String(id)}';
    COMMIT`);
  return { wallet, operation: String(id) };
}

it('the balance at the time in an answer includes the operation', async () => {
  const wallet = await createFundedWallet(service.url);
  for (let version = 1; version <= 20; version += 1) {
    const { completed_at } = await operate(service.url, wallet, 'DEPOSIT', 1);
    expect(await get(`/wallets/${wallet}`, { at: completed_at as string })).toMatchObject({
      version,
      at: completed_at,
    });
  }
});

describe.each([0, 1, 499, 500, 999])('of an entry at %i microseconds behind a millisecond', (micros) => {
  let wallet: string;
  beforeAll(async () => {
    ({ wallet } = await createWalletAt(123_000 + micros));
  });

  it.each([
    ['2026-01-31T12:00:00.122Z', 0],
    ['2026-01-31T12:00:00.122999999Z', 0],
    ['2026-01-31T12:00:00.123Z', 1],
    ['2026-01-31T12:00:00.1230Z', 1],
    ['2026-01-31T12:00:00.123000001Z', 1],
    ['2026-01-31T14:00:00.123+02:00', 1],
    ['2026-01-31T06:30:00.123-05:30', 1],
    ['2026-01-31t12:00:00.123z', 1],
  ])('the balance at %s has version %i', async (at, version) => {
    expect(await get(`/wallets/${wallet}`, { at })).toMatchObject({ version });
  });

  it.each([
    ['from', '2026-01-31T12:00:00.123Z', 1],
    ['from', '2026-01-31T12:00:00.1230Z', 1],
    ['from', '2026-01-31T12:00:00.122000001Z', 1],
    ['from', '2026-01-31T12:00:00.123000001Z', 0],
    ['from', '2026-01-31T12:00:00.124Z', 0],
    ['to', '2026-01-31T12:00:00.123Z', 0],
    ['to', '2026-01-31T12:00:00.123000001Z', 1],
    ['to', '2026-01-31T12:00:00.124Z', 1],
    ['to', '2026-01-31t14:00:00.124+02:00', 1],
  ])('%s=%s finds %i', async (name, moment, count) => {
    const { data } = await get(`/wallets/${wallet}/transactions`, { [name]: moment });
    expect(data).toHaveLength(count);
    expect(await get(`/wallets/${wallet}/statistics`, { [name]: moment })).toMatchObject({ count });
    const operations = await get('/operations', { wallet_id: wallet, type: 'deposit', [name]: moment });
    // The ids of operations begin with the time at which they were made, which is today's.
    if (name === 'from') expect(operations['data']).toHaveLength(count);
  });
});

it.each([
  ['2026-01-31T12:00:00.123Z', 1],
  ['2026-01-31T12:00:00.122000001Z', 1],
  ['2026-01-31T12:00:00.123000001Z', 0],
  ['2026-01-31t12:00:00.124z', 0],
])('deliveries of events since %s that failed are sent again: %i', async (since, replayed) => {
  const { body: endpoint } = await request(service.url)
    .post('/webhook-endpoints')
    .send({ url: 'http://127.0.0.1:9/', event_types: ['wallet.closed'] })
    .expect(201);
  await service.database.query(
    `WITH event AS (
       INSERT INTO events (id, type, created_at, body)
       VALUES (gen_random_uuid(), 'wallet.closed', '2026-01-31T12:00:00.123456Z', '{}') RETURNING id, created_at
     )
     INSERT INTO deliveries (endpoint_id, event_id, status, attempts, failures, completed_at)
     SELECT $1, id, 'failed', 1, 1, created_at FROM event`,
    [endpoint.id],
  );
  const answer = await request(service.url).post(`/webhook-endpoints/${endpoint.id}/replay-failed`).send({ since });
  expect(answer.body).toEqual({ replayed });
});

describe('a moment', () => {
  let wallet: string;
  beforeAll(async () => {
    wallet = await createFundedWallet(service.url, '1.00');
  });
  const paths = (): [path: string, name: string][] => [
    [`/wallets/${wallet}`, 'at'],
    [`/wallets/${wallet}/transactions`, 'from'],
    [`/wallets/${wallet}/statistics`, 'to'],
    ['/operations', 'from'],
    ['/operations', 'to'],
  ];

  it.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '1800-06-01T00:00:00.000001Z',
    '1969-12-31T23:59:59.9999Z',
    '2024-02-29T23:59:59+23:59',
  ])('of %s are valid', async (moment) => {
    for (const [path, name] of paths()) await get(path, { [name]: moment });
  });

  it('at the very end of time can be a limit', async () => {
    for (const [path, name] of paths().slice(1)) await get(path, { [name]: '9999-12-31T23:59:59.9999Z' });
  });

  it.each([
    ...['2026-01-31', '2026-01-31T12:00:00', '12:00', 'now', 'infinity', '-infinity', 'epoch', '1767225600', ''],
    ...['2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31T12:60:00Z'],
    ...['2016-12-31T23:59:60Z', '2026-01-31T12:00:00+24:00', '2026-01-31T12:00:00 02:00', '2026-01-31 12:00:00Z'],
    ...['10000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '294277-01-01T00:00:00Z'],
    ...['0000-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01', '2026-01-31T12:00:00.Z', '2026-01-31T12:00:00,5Z'],
  ])('of %j is refused with a sentence', async (moment) => {
    for (const [path, name] of paths()) {
      const { body } = await request(service.url)
        .get(path)
        .query({ [name]: moment })
        .expect(400);
      expect(body).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: name, message: expect.stringMatching(/^must be a moment/) }],
      });
    }
  });

  it('in the future, by the clock of the database, is refused as at', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    const { body } = await request(service.url).get(`/wallets/${wallet}`).query({ at: soon }).expect(400);
    expect(body.errors).toEqual([{ path: 'at', message: 'must not be in the future' }]);
    // What the database has written down is not in its future, however far behind the clock of this process may be.
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-01-01T00:00:00Z'));
    try {
      const { body: now } = await request(service.url).get(`/wallets/${wallet}`).expect(200);
      await get(`/wallets/${wallet}`, { at: now.updated_at });
    } finally {
      jest.restoreAllMocks();
    }
  });
});
