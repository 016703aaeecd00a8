import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { everyItem } from '../support/every-item.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

const URL_OF_NOBODY = 'https://receiver.example/hooks';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;
const NOBODY = '018f0000-0000-7000-8000-000000000000';

async function make(fields: Record<string, unknown> = {}): Promise<Record<string, any>> {
  const answer = await post('/webhook-endpoints', { url: URL_OF_NOBODY, ...fields }).expect(201);
  return answer.body;
}

function post(path: string, body?: object): request.Test {
  return request(service.url).post(path).send(body);
}

function get(path: string): request.Test {
  return request(service.url).get(path);
}

function patch(id: string, body: object): request.Test {
  return request(service.url).patch(`/webhook-endpoints/${id}`).send(body);
}

describe('a webhook endpoint', () => {
  it('is created with a secret that is shown once, and read without it', async () => {
    const made = await post('/api/v1/webhook-endpoints', { url: URL_OF_NOBODY }).expect(201);
    const { secret, ...rest } = made.body;
    expect(secret).toMatch(SECRET);
    expect(made.headers).toMatchObject({
      location: `/api/v1/webhook-endpoints/${rest.id}`,
      'cache-control': 'no-store',
    });
    expect(rest).toMatchObject({
      ...{ url: URL_OF_NOBODY, description: null, event_types: ['*'], headers: {}, rate_limit: null },
      ...{ status: 'enabled', disabled_reason: null, disabled_at: null, failing_since: null },
      previous_secret_expires_at: null,
    });
    expect((await get(made.headers['location']!).expect(200)).body).toEqual(rest);
  });

  it('has the given fields, and may have secrets of its own', async () => {
    const given = { event_types: ['operation.failed', 'batch.completed'], description: 'books', rate_limit: 10 };
    const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const made = await make({ ...given, secret: own, headers: { Authorization: 'Bearer abc', 'X-Team': 'a b' } });
    expect(made).toMatchObject({ ...given, secret: own, headers: { Authorization: '***', 'X-Team': '***' } });
    expect((await make())['secret']).not.toBe((await make())['secret']);
  });

  it('is subscribed to everything by *, whatever is beside it, and to a type once', async () => {
    expect(await make({ event_types: ['*'] })).toMatchObject({ event_types: ['*'] });
    expect(await make({ event_types: ['wallet.frozen', '*'] })).toMatchObject({ event_types: ['*'] });
    expect(await make({ event_types: ['wallet.frozen', 'wallet.frozen'] })).toMatchObject({
      event_types: ['wallet.frozen'],
    });
  });

  it('is stored without its secret or its headers in clear text', async () => {
    const { id, secret } = await make({ headers: { 'X-Token': 'tell-nobody' } });
    await patch(id, { headers: { 'X-Token': 'tell-nobody' } }).expect(200);
    const rotated = await post(`/webhook-endpoints/${id}/rotate-secret`).expect(200);
    const { rows } = await service.database.query('SELECT * FROM webhook_endpoints WHERE id = $1', [id]);
    const bytes = Buffer.concat(
      Object.values<any>(rows[0]).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)))),
    );
    for (const written of [secret, rotated.body.secret] as string[]) {
      expect(bytes.includes(Buffer.from(written.slice(6), 'base64'))).toBe(false);
      expect(bytes.includes(written.slice(6))).toBe(false);
    }
    for (const text of ['tell-nobody', 'X-Token']) expect(bytes.includes(text)).toBe(false);
    expect(rows[0].sealed_headers.length).toBeGreaterThan(28);
    expect(rows[0].sealed_previous_secret).toHaveLength(12 + 16 + 32);
  });

  it('is listed, newest first, in pages, without any secret', async () => {
    const made = [await make(), await make({ headers: { 'X-A': 'hidden-value' } }), await make()];
    const listed = await everyItem(service.url, '/webhook-endpoints?limit=2');
    expect(listed.slice(0, 3).map((each) => each['id'])).toEqual(made.map((each) => each['id']).reverse());
    expect(JSON.stringify(listed)).not.toMatch(/whsec_|hidden-value|"secret"/);
  });

  it('is changed field by field', async () => {
    const { id } = await make({ description: 'a', rate_limit: 5, headers: { 'X-A': '1' } });
    const made = (await get(`/webhook-endpoints/${id}`).expect(200)).body;
    const changed = await patch(id, { url: 'https://other.example/', event_types: ['wallet.closed'] }).expect(200);
    expect(changed.body).toEqual({
      ...{ ...made, url: 'https://other.example/', event_types: ['wallet.closed'] },
      updated_at: changed.body.updated_at,
    });
    expect(changed.body.updated_at > made.updated_at).toBe(true);
    const emptied = await patch(id, { description: null, rate_limit: null, headers: null }).expect(200);
    expect(emptied.body).toMatchObject({ description: null, rate_limit: null, headers: {}, url: changed.body.url });
    expect((await patch(id, { headers: { 'X-B': '2' } }).expect(200)).body.headers).toEqual({ 'X-B': '***' });
    expect((await patch(id, { headers: {} }).expect(200)).body.headers).toEqual({});
  });

  it('is disabled and enabled, and starts again without failures', async () => {
    const { id } = await make();
    const disabled = await patch(id, { status: 'disabled' }).expect(200);
    expect(disabled.body).toMatchObject({ status: 'disabled', disabled_reason: 'requested' });
    expect(disabled.body.disabled_at).not.toBeNull();
    await service.database.query(
      `UPDATE webhook_endpoint_states SET failures = 3, failing_since = now() WHERE endpoint_id = $1`,
      [id],
    );
    expect((await get(`/webhook-endpoints/${id}`)).body.failing_since).not.toBeNull();
    expect((await patch(id, { description: 'still' }).expect(200)).body).toMatchObject({
      status: 'disabled',
      disabled_at: disabled.body.disabled_at,
    });
    const enabled = await patch(id, { status: 'enabled' }).expect(200);
    expect(enabled.body).toMatchObject({
      ...{ status: 'enabled', disabled_reason: null, disabled_at: null, failing_since: null },
    });
  });

  it('is deleted once, and is then nowhere', async () => {
    const { id } = await make();
    const path = `/webhook-endpoints/${id}`;
    const deleted = await request(service.url).delete(path).expect(204);
    expect(deleted.text).toBe('');
    await request(service.url).delete(path).expect(404);
    const answers = await Promise.all([
      ...[get(path), patch(id, { description: 'x' }), post(`${path}/rotate-secret`), post(`${path}/test`)],
      ...[get(`${path}/deliveries`), get(`${path}/deliveries/${NOBODY}`), post(`${path}/deliveries/${NOBODY}/replay`)],
      ...['replay-failed', 'recover'].map((what) => post(`${path}/${what}`, { since: '2026-01-01T00:00:00Z' })),
    ]);
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([404, 'webhook_endpoint_not_found']);
    }
    expect((await everyItem(service.url, '/webhook-endpoints')).map((each) => each['id'])).not.toContain(id);
  });

  it('answers 405 to other methods, naming those it has', async () => {
    const answer = await request(service.url).put(`/webhook-endpoints/${NOBODY}`).expect(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, PATCH, DELETE');
  });
});

describe('a secret', () => {
  it('is rotated, and the previous one also signs for 24 hours', async () => {
    const { id, secret } = await make();
    const stored = await sealedOf(id);
    const rotated = await post(`/webhook-endpoints/${id}/rotate-secret`).expect(200);
    expect(rotated.headers['cache-control']).toBe('no-store');
    expect(rotated.body.secret).toMatch(SECRET);
    expect(rotated.body.secret).not.toBe(secret);
    const left = Date.parse(rotated.body.previous_secret_expires_at) - Date.now();
    expect(left / 3_600_000).toBeCloseTo(24, 1);
    expect((await sealedOf(id)).sealed_previous_secret).toEqual(stored.sealed_secret);
    const read = (await get(`/webhook-endpoints/${id}`)).body;
    expect(read).toEqual({ ...rotated.body, secret: undefined });
    await service.database.query(`UPDATE webhook_endpoints SET previous_secret_until = now() WHERE id = $1`, [id]);
    expect((await get(`/webhook-endpoints/${id}`)).body.previous_secret_expires_at).toBeNull();
  });

  it("may be the caller's own", async () => {
    const { id } = await make();
    const secret = `whsec_${Buffer.alloc(64, 9).toString('base64')}`;
    expect((await post(`/webhook-endpoints/${id}/rotate-secret`, { secret }).expect(200)).body.secret).toBe(secret);
    expect((await post(`/webhook-endpoints/${id}/rotate-secret`, {}).expect(200)).body.secret).toMatch(SECRET);
  });

  const base64 = (length: number): string => Buffer.alloc(length, 255).toString('base64');
  it.each([
    ...[`whsec_${base64(23)}`, `whsec_${base64(65)}`, base64(32), 'whsec_', `whsec_${base64(32)}=`, 'whsec_x y z'],
    ...[`whsec_${base64(32).replaceAll('/', '_')}`, `WHSEC_${base64(32)}`, 5, null],
  ])('of %j is refused', async (secret) => {
    const { id } = await make();
    const answers = [
      await post('/webhook-endpoints', { url: URL_OF_NOBODY, secret }),
      await post(`/webhook-endpoints/${id}/rotate-secret`, { secret }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.errors[0].path]).toEqual([400, 'secret']);
      expect(JSON.stringify(body)).not.toContain('////');
    }
  });

  async function sealedOf(id: string): Promise<any> {
    return (await service.database.query('SELECT * FROM webhook_endpoints WHERE id = $1', [id])).rows[0];
  }
});

describe('a webhook endpoint is refused with', () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`X-${index}`, 'v']));
  const cases: [Record<string, unknown>, string][] = [
    [{ url: 'receiver' }, 'url'],
    [{ url: 'ftp://receiver.example/' }, 'url'],
    [{ url: 'https://user:password@receiver.example/' }, 'url'],
    [{ url: `https://receiver.example/${'x'.repeat(2_048)}` }, 'url'],
    [{ url: null }, 'url'],
    [{ event_types: ['operation.invented'] }, 'event_types.0'],
    [{ event_types: [] }, 'event_types'],
    [{ event_types: 'operation.failed' }, 'event_types'],
    [{ headers: many }, 'headers'],
    ...['Host', 'content-length', 'Content-Type', 'connection', 'Transfer-Encoding', 'webhook-id', 'Webhook-Own'].map(
      (name): [Record<string, unknown>, string] => [{ headers: { [name]: 'v' } }, `headers.${name}`],
    ),
    ...['User-Agent', 'Expect', 'a b', 'é', 'a:b', '', 'a\r\nb'].map((name): [Record<string, unknown>, string] => [
      { headers: { [name]: 'v' } },
      `headers.${name}`,
    ]),
    ...['', ' v', 'v ', 'v\r\nX: y', 'é', 'x'.repeat(1_025), '***', 5].map(
      (value): [Record<string, unknown>, string] => [{ headers: { 'X-A': value } }, 'headers.X-A'],
    ),
    [{ headers: { 'X-A': '1', 'x-a': '2' } }, 'headers.X-A'],
    [{ rate_limit: 0 }, 'rate_limit'],
    [{ rate_limit: 10_001 }, 'rate_limit'],
    [{ rate_limit: 1.5 }, 'rate_limit'],
    [{ rate_limit: '5' }, 'rate_limit'],
    [{ description: 'x'.repeat(501) }, 'description'],
    [{ status: 'broken' }, 'status'],
    [{ unknown: 1 }, 'unknown'],
  ];

  it.each(cases)('%j, made or changed', async (fields, path) => {
    const { id } = await make();
    const before = await count();
    const answers = [await post('/webhook-endpoints', { url: URL_OF_NOBODY, ...fields }), await patch(id, fields)];
    expect(await count()).toBe(before);
    for (const { status, body } of answers) expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(answers[0]!.body.errors[0].path).toBe(path);
    if (path !== '') expect(answers[1]!.body.errors[0].path).toBe(path);
  });

  it('nothing to change, or a secret', async () => {
    const { id } = await make();
    await patch(id, {}).expect(400);
    await patch(id, { secret: `whsec_${Buffer.alloc(32).toString('base64')}` }).expect(400);
    await patch(NOBODY, { description: 'x' }).expect(404);
    await get('/webhook-endpoints/x').expect(400);
  });

  it.each(['x', '', '5', '------------------------------------'])('the cursor of %j, in any list', async (key) => {
    const { id } = await make();
    const cursor = Buffer.from(key).toString('base64url');
    const lists = ['/webhook-endpoints', `/webhook-endpoints/${id}/deliveries`];
    for (const list of lists)
      expect((await get(list).query({ cursor }).expect(400)).body.errors[0].path).toBe('cursor');
  });

  async function count(): Promise<number> {
    const { rows } = await service.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhook_endpoints',
    );
    return rows[0]!.count;
  }
});

describe('without a key', () => {
  it('endpoints are not created, and existing ones can be read and deleted', async () => {
    const bare = await startService({ worker: false, webhooks: false });
    const answer = await request(bare.url).post('/webhook-endpoints').send({ url: URL_OF_NOBODY }).expect(503);
    expect(answer.body).toMatchObject({
      code: 'webhooks_not_configured',
      detail: expect.stringContaining('WEBHOOK_KEY'),
    });
    const id = newId();
    await bare.database.query(
      `WITH made AS (INSERT INTO webhook_endpoints (id, url, event_types, sealed_headers, sealed_secret)
                     VALUES ($1, $2, '{*}', 'sealed', 'sealed') RETURNING id)
       INSERT INTO webhook_endpoint_states (endpoint_id, position) SELECT id, 0 FROM made`,
      [id, URL_OF_NOBODY],
    );
    const path = `/webhook-endpoints/${id}`;
    expect((await request(bare.url).get(path).expect(200)).body).toMatchObject({ id, headers: null });
    expect((await request(bare.url).post(`${path}/rotate-secret`).expect(503)).body.code).toBe(
      'webhooks_not_configured',
    );
    await request(bare.url)
      .patch(path)
      .send({ headers: { 'X-A': '1' } })
      .expect(503);
    expect((await request(bare.url).patch(path).send({ headers: null }).expect(200)).body.headers).toEqual({});
    expect((await request(bare.url).post(`${path}/test`).expect(503)).body.code).toBe('webhooks_not_configured');
    await request(bare.url).delete(path).expect(204);
    await bare.stop();
  });

  it('headers that another key encrypted are not shown, and nothing breaks', async () => {
    const { id } = await make({ headers: { 'X-A': '1' } });
    await service.database.query(
      `UPDATE webhook_endpoints SET sealed_headers = sealed_headers || '\\x00'::bytea WHERE id = $1`,
      [id],
    );
    expect((await get(`/webhook-endpoints/${id}`).expect(200)).body.headers).toBeNull();
    expect((await patch(id, { headers: { 'X-A': '1' } }).expect(200)).body.headers).toEqual({ 'X-A': '***' });
  });
});
