import { createApp } from '@wallet/api/app';
import { createLogger } from '@wallet/shared/process/logger';
import request from 'supertest';
import { ENDPOINTS } from '../support/endpoints.ts';
import { bearer, makeKey, untilGood } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';

/** What the API serves for the console, and endpoints only for it. Pages are tested in a browser. */

const nothing = () => undefined;
const app = createApp({
  ...{ endpoints: ENDPOINTS, guard: nothing, onAnswered: nothing, isStopping: () => false, registry: null },
  log: createLogger({ process: 'test', level: 'silent', pretty: false }),
});

const linksIn = (html: string): string[] => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);

it.each([
  '/console/',
  '/console/operations/01900000-0000-7000-8000-000000000000',
  '/console/webhooks/a/deliveries/b?x=1',
])('%s is the one page of the console, whose links lead to assets', async (path) => {
  const { text, headers } = await request(app).get(path).expect(200).expect('Cache-Control', 'no-store');
  expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(text).not.toMatch(/<script(?![^>]* src=)|<style|style=/);
  const [base = '', ...links] = linksIn(text);
  expect(links.length).toBeGreaterThan(2);
  for (const link of links) {
    const at = new URL(link, new URL(base, `http://proxy/prefix${path}`));
    expect(at.pathname).toMatch(/^\/prefix\/console\/static\//);
    const asset = await request(app).get(at.pathname.replace('/prefix', '')).expect(200);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  }
});

it('sends assets as the build compressed them, to browsers that accept that', async () => {
  const { text } = await request(app).get('/console/');
  const script = linksIn(text).find((link) => link.endsWith('.js'))!;
  const path = new URL(script, 'http://here/console/').pathname;
  const lengths: Record<string, number> = {};
  for (const encoding of ['br', 'gzip', 'identity']) {
    const { headers } = await request(app).head(path).set('Accept-Encoding', encoding).expect(200);
    expect(headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['vary']).toBe('Accept-Encoding');
    lengths[encoding] = Number(headers['content-length']);
  }
  expect(lengths['br']).toBeLessThan(400_000);
  expect(lengths['gzip']).toBeLessThan(400_000);
  expect(lengths['identity']).toBeGreaterThan(lengths['gzip']!);
});

it('redirects to the folder, relative to the path of the request, and refuses what it does not have', async () => {
  await request(app).get('/console?a=b').expect(302).expect('Location', 'console/?a=b');
  await request(app)
    .get('/console/static/nothing.js')
    .expect(404)
    .expect('Content-Type', /problem\+json/);
  await request(app).get('/console/static/%2e%2e/index.html').expect(404);
  await request(app).post('/console/').expect(405).expect('Allow', 'GET, HEAD');
});

describe('access by the API', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false });
  });
  afterAll(() => service.stop());

  const get = (path: string, token: string | null) =>
    request(service.url)
      .get(path)
      .set(token === null ? {} : bearer(token));
  const post = (path: string, token: string | null, body: object = {}) =>
    request(service.url)
      .post(path)
      .set(token === null ? {} : bearer(token))
      .send(body);

  it('the first key closes the API at once, and can only grant the scopes that it has', async () => {
    const before = await get('/access/me', null).expect(200);
    expect(before.body).toMatchObject({ anonymous: true, key: null });
    expect(before.body.scopes).toContain('access:admin');

    const scopes = ['access:admin', 'wallets:read'];
    const first = await post('/access/keys', null, { name: 'operator', scopes }).expect(201);
    expect(first.body).toMatchObject({ name: 'operator', status: 'good', scopes, rate_limit: null, expires_at: null });
    const { token, id } = first.body;
    await get('/access/me', null).expect(401);
    const me = await get('/access/me', token).expect(200);
    expect(me.body).toEqual({
      anonymous: false,
      key: { id, name: 'operator', rate_limit: null, expires_at: null },
      scopes,
    });

    const refused = await post('/access/keys', token, { name: 'x', scopes: ['operations:write'] }).expect(403);
    expect(refused.body.detail).toBe('A key cannot grant scopes that it does not have: operations:write.');
    const past = { name: 'x', scopes: ['wallets:read'], expires_at: '2020-01-01T00:00:00Z' };
    await post('/access/keys', token, past).expect(400);

    const second = await post('/access/keys', token, { name: 'reader', scopes: ['wallets:read'], rate_limit: 100 });
    await get('/access/me', second.body.token).expect(200);
    await get('/access/keys', second.body.token).expect(403);
    const revoked = await post(`/access/keys/${second.body.id}/revoke`, token).expect(200);
    expect(revoked.body).toMatchObject({ id: second.body.id, status: 'revoked' });
    await get('/access/me', second.body.token).expect(401);
    await post('/access/keys/01900000-0000-7000-8000-000000000000/revoke', token).expect(404);

    const keys = await get('/access/keys?limit=1', token).expect(200);
    expect(keys.body.data).toEqual([revoked.body]);
    const rest = await get(`/access/keys?cursor=${keys.body.next_cursor}`, token).expect(200);
    expect(rest.body.data.map((key: any) => key.name)).toEqual(['operator']);
    expect(JSON.stringify([keys.body, rest.body])).not.toContain('wk_');

    const acts = await get('/access/log?limit=2', token).expect(200);
    expect(acts.body.data.map((act: any) => [act.action, act.actor, act.key_id, act.subject_id])).toEqual([
      ['key.revoked', 'key', id, second.body.id],
      ['key.created', 'key', id, second.body.id],
    ]);
    const older = await get(`/access/log?cursor=${acts.body.next_cursor}`, token).expect(200);
    expect(older.body.data).toMatchObject([{ action: 'key.created', actor: 'anonymous', subject_id: id }]);
    expect(older.body.next_cursor).toBeNull();
  });

  it('a key without any access scope still learns its own scopes', async () => {
    const { token } = await makeKey(service.database, { scopes: ['events:read'] });
    await untilGood(service.url, token);
    expect((await get('/access/me', token).expect(200)).body.scopes).toEqual(['events:read']);
  });
});
