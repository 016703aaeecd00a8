import { connect } from 'node:net';
import { revokeKey, rotateKey } from '@wallet/shared/access/administer-keys';
import request from 'supertest';
import { bearer, makeKey, statusFor, until, untilGood, untilRefused } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.stop());

const credit = { operation_type: 'DEPOSIT', amount: 1 };

/** Everything that a request could have left behind. */
async function countRows(): Promise<number> {
  const tables = ['operations', 'wallets', 'clients', 'batches', 'webhook_endpoints', 'audit_log'];
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ');
  const { rows } = await service.database.query<{ count: number }>(`SELECT (${counts})::int AS count`);
  return rows[0]!.count;
}

it('is open until the first key is created, and then admits only requests with a key', async () => {
  const wallet = await createFundedWallet(service.url);
  await request(service.url).get(`/wallets/${wallet}`).set(bearer('anything')).expect(200);

  const { token } = await makeKey(service.database, { scopes: ['wallets:read', 'operations:write'] });
  await untilRefused(service.url, null);
  const missing = await request(service.url).get(`/wallets/${wallet}`).expect(401);
  expect(missing.body).toMatchObject({ code: 'api_key_missing', status: 401 });
  expect(missing.headers).toMatchObject({
    'www-authenticate': 'Bearer realm="wallet-operations"',
    'content-type': expect.stringContaining('application/problem+json'),
  });
  const invalid = await request(service.url)
    .get(`/wallets/${wallet}`)
    .set(bearer(`${token}x`))
    .expect(401);
  expect(invalid.body).toMatchObject({ code: 'api_key_invalid' });
  expect(invalid.headers['www-authenticate']).toMatch(
    /^Bearer realm=".+", error="invalid_token", error_description=".+"$/,
  );

  const found = await request(service.url).get(`/wallets/${wallet}`).set(bearer(token)).expect(200);
  expect(found.headers['cache-control']).toBe('no-store');
  await request(service.url)
    .get(`/wallets/${wallet}`)
    .set({ authorization: `bearer  ${token}` })
    .expect(200);
  await request(service.url).post(`/wallets/${wallet}/operation`).set(bearer(token)).send(credit).expect(202);
  const forbidden = await request(service.url)
    .patch(`/wallets/${wallet}`)
    .set(bearer(token))
    .send({ status: 'frozen' })
    .expect(403);
  expect(forbidden.body).toMatchObject({ code: 'scope_missing' });
  expect(forbidden.headers['www-authenticate']).toBe(
    'Bearer realm="wallet-operations", error="insufficient_scope", scope="wallets:write"',
  );
});

it('tells a caller without a key nothing except its health and its documents', async () => {
  const { token } = await makeKey(service.database);
  await untilRefused(service.url, null);
  const wallet = await request(service.url).post('/wallets').set(bearer(token)).send({}).expect(201);
  const answers = await Promise.all(
    [`/wallets/${wallet.body.id}`, '/wallets/01900000-0000-7000-8000-000000000000', '/nothing', '/wallets/x'].map(
      (path) => request(service.url).get(path).set('X-Request-Id', 'same'),
    ),
  );
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  for (const path of [
    '/health',
    '/livez',
    '/readyz',
    '/',
    '/docs',
    '/redoc',
    '/openapi.json',
    '/api/v1/openapi.json',
  ]) {
    await request(service.url).get(path).expect(200);
  }
});

it('a refused request leaves nothing behind, and its body is not waited for', async () => {
  await createFundedWallet(service.url);
  const reader = await makeKey(service.database, { scopes: ['wallets:read'] });
  await untilGood(service.url, reader.token);
  const before = await countRows();
  for (const headers of [{}, bearer(`${reader.token}x`), bearer(reader.token)]) {
    const status = 'Authorization' in headers && headers.Authorization === `Bearer ${reader.token}` ? 403 : 401;
    const send = (path: string) => request(service.url).post(path).set(headers);
    await send('/wallets').send({}).expect(status);
    await send('/clients').send({ name: 'a', login: 'b' }).expect(status);
    await send('/wallets/users/user_new/top-up').send({ amount: 1, asset: 'USD' }).expect(status);
    await send('/operations').send({ type: 'deposit' }).expect(status);
    await send('/batches').set('Content-Type', 'text/csv').send('type,wallet_id,amount\n').expect(status);
    await send('/webhook-endpoints').send({ url: 'http://127.0.0.1:1/' }).expect(status);
    // The errors of the body are not considered.
    await send('/wallets').set('Content-Type', 'application/json').send('{').expect(status);
  }
  expect(await countRows()).toBe(before);

  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('POST /batches HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 500000000\r\n\r\ntype,');
  await until('the answer', () => answer.includes('api_key_missing'));
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  await closed;
});

it('a revoked key is refused within seconds, permanently, and the API stays closed', async () => {
  const { key, token } = await makeKey(service.database);
  await untilGood(service.url, token);
  const started = Date.now();
  expect(await revokeKey(service.database, key.id)).toBe('revoked');
  await untilRefused(service.url, token);
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(await revokeKey(service.database, key.id)).toBe('already_revoked');
  expect(await rotateKey(service.database, key.id, { atOnce: true })).toBe('key_revoked');
  expect(await statusFor(service.url, null)).toBe(401);
  for (const change of [
    'SET revoked_at = NULL',
    'SET expires_at = NULL',
    `SET name = 'x'`,
    `SET scopes = '{events:read}'`,
  ]) {
    await expect(service.database.query(`UPDATE api_keys ${change}`)).rejects.toThrow('append-only');
  }
  await expect(service.database.query('DELETE FROM api_keys')).rejects.toThrow('append-only');
});

it('an expired key is refused', async () => {
  const { key, token } = await makeKey(service.database, { expiresAt: new Date(Date.now() + 3_000) });
  await untilGood(service.url, token);
  expect(Date.now()).toBeLessThan(key.expiresAt!.getTime());
  await untilRefused(service.url, token);
  expect(Date.now()).toBeGreaterThanOrEqual(key.expiresAt!.getTime());
  expect(await rotateKey(service.database, key.id, { atOnce: false })).toBe('key_expired');
});

it('a rotated key has two tokens for a day, or immediately only one', async () => {
  const { key, token: first } = await makeKey(service.database);
  await untilGood(service.url, first);
  const second = await rotateKey(service.database, key.id, { atOnce: false });
  if (typeof second === 'string') throw new Error(second);
  await untilGood(service.url, second.token);
  expect(await statusFor(service.url, first)).toBe(404);
  const ends = second.previousUntil!.getTime() - Date.now();
  expect(ends / 3_600_000).toBeCloseTo(24, 1);
  await service.database.query('UPDATE api_keys SET previous_token_until = now()');
  await untilRefused(service.url, first);

  const third = await rotateKey(service.database, key.id, { atOnce: true });
  if (typeof third === 'string') throw new Error(third);
  await untilGood(service.url, third.token);
  expect([await statusFor(service.url, first), await statusFor(service.url, second.token)]).toEqual([401, 401]);
});

it('only hashes are stored', async () => {
  const { key, token } = await makeKey(service.database);
  const rotated = await rotateKey(service.database, key.id, { atOnce: false });
  const { rows } = await service.database.query('SELECT api_keys::text, audit_log::text FROM api_keys, audit_log');
  const stored = JSON.stringify(rows);
  expect(stored).toContain(key.id);
  for (const each of [token, (rotated as { token: string }).token]) {
    expect(stored).not.toContain(each.slice(-43));
    expect(stored).not.toContain(Buffer.from(each).toString('hex'));
  }
});

it('there can be a thousand valid keys, and any number of others', async () => {
  await service.database.query(
    `INSERT INTO api_keys (id, name, scopes, token_hash, expires_at)
     SELECT gen_random_uuid(), 'many', '{events:read}', sha256(n::text::bytea), CASE WHEN n > 999 THEN now() END
     FROM generate_series(1, 1500) AS n`,
  );
  const { token } = await makeKey(service.database);
  await expect(makeKey(service.database)).rejects.toThrow('too_many_keys');
  await untilGood(service.url, token);
});

it('administrative actions are recorded, with the key that made them', async () => {
  const wallet = await createFundedWallet(service.url);
  const patch = (status: string, headers: Record<string, string>) =>
    request(service.url).patch(`/wallets/${wallet}`).set(headers).send({ status });
  await patch('frozen', { 'X-Request-Id': 'req-1' }).expect(200);
  const { key, token } = await makeKey(service.database);
  await untilGood(service.url, token);
  const as = bearer(token);
  await patch('active', as).expect(200);
  await patch('active', as).expect(200);

  const url = 'http://127.0.0.1:1/T0/secret-path';
  const made = await request(service.url).post('/webhook-endpoints').set(as).send({ url }).expect(201);
  const endpoint = made.body.id as string;
  const path = `/webhook-endpoints/${endpoint}`;
  await request(service.url).patch(path).set(as).send({ url, status: 'disabled' }).expect(200);
  await request(service.url).post(`${path}/rotate-secret`).set(as).expect(200);
  // Requests that change nothing are not recorded.
  await request(service.url).post(`${path}/test`).set(as).expect(409);
  await request(service.url).patch(path).set(as).send({ status: 'enabled' }).expect(200);
  const sent = await request(service.url).post(`${path}/test`).set(as).expect(202);
  await request(service.url).post(`${path}/deliveries/${sent.body.event_id}/replay`).set(as).expect(202);
  await request(service.url).post(`${path}/replay-failed`).set(as).send({ since: '2026-01-01T00:00:00Z' }).expect(202);
  const range = { since: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z' };
  await request(service.url).post(`${path}/recover`).set(as).send(range).expect(202);
  await request(service.url).delete(path).set(as).expect(204);
  await request(service.url).delete(path).set(as).expect(404);
  await request(service.url).patch(path).set(as).send({ status: 'enabled' }).expect(404);
  await request(service.url).post(`${path}/rotate-secret`).set(as).expect(404);

  const { rows } = await service.database.query<Record<string, unknown>>(
    `SELECT actor, key_id, action, subject_type, subject_id, detail, request_id FROM audit_log ORDER BY id`,
  );
  const by = { actor: 'key', key_id: key.id, request_id: expect.any(String) };
  const of = { subject_type: 'webhook_endpoint', subject_id: endpoint };
  expect(rows).toEqual([
    {
      ...{ actor: 'anonymous', key_id: null, request_id: 'req-1', action: 'wallet.status_changed' },
      ...{ subject_type: 'wallet', subject_id: wallet, detail: { status: 'frozen' } },
    },
    expect.objectContaining({ actor: 'command_line', action: 'key.created', subject_id: key.id, request_id: null }),
    expect.objectContaining({ ...by, action: 'wallet.status_changed', detail: { status: 'active' } }),
    { ...by, ...of, action: 'webhook_endpoint.created', detail: { event_types: ['*'] } },
    { ...by, ...of, action: 'webhook_endpoint.changed', detail: { fields: ['url', 'status'], status: 'disabled' } },
    { ...by, ...of, action: 'webhook_endpoint.secret_rotated', detail: { previous_until: expect.any(String) } },
    { ...by, ...of, action: 'webhook_endpoint.changed', detail: { fields: ['status'], status: 'enabled' } },
    { ...by, ...of, action: 'webhook_endpoint.deliveries_replayed', detail: { event_id: sent.body.event_id } },
    {
      ...by,
      ...of,
      action: 'webhook_endpoint.deliveries_replayed',
      detail: {
        since: '2026-01-01T00:00:00.000Z',
        until: null,
        failed: 0,
        retrying: expect.any(Number),
        waiting: expect.any(Number),
      },
    },
    {
      ...by,
      ...of,
      action: 'webhook_endpoint.deliveries_replayed',
      detail: { ...range, failed: 0, retrying: 0, waiting: 0 },
    },
    { ...by, ...of, action: 'webhook_endpoint.deleted', detail: {} },
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/whsec_|secret-path/);
  for (const change of ['DELETE FROM audit_log', `UPDATE audit_log SET actor = 'anonymous'`, 'TRUNCATE audit_log']) {
    await expect(service.database.query(change)).rejects.toThrow('append-only');
  }
});

it('an action that cannot be recorded is not done', async () => {
  const wallet = await createFundedWallet(service.url);
  await service.database.query('ALTER TABLE audit_log ADD CONSTRAINT none CHECK (false) NOT VALID');
  await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(500);
  const made = await request(service.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:1/' });
  expect(made.status).toBe(500);
  const { rows } = await service.database.query(
    `SELECT (SELECT status FROM accounts WHERE wallet_id = $1) AS status,
            (SELECT count(*)::int FROM webhook_endpoints) AS endpoints`,
    [wallet],
  );
  expect(rows).toEqual([{ status: 'active', endpoints: 0 }]);
});

it('answers carry the security headers for browsers', async () => {
  const { headers } = await request(service.url).get('/assets').expect(200);
  expect(headers).toMatchObject({
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringContaining('max-age='),
  });
  expect(headers).not.toHaveProperty('x-powered-by');
});
