import { createApp } from '@wallet/api/app';
import { revokeKey } from '@wallet/shared/access/administer-keys';
import { SCOPES, makeToken } from '@wallet/shared/words/api-key';
import { newId } from '@wallet/shared/words/ids';
import { createLogger } from '@wallet/shared/process/logger';
import { ENDPOINTS } from '../support/endpoints.ts';
import { type HttpClient, createHttpClient } from '../support/http-client.ts';
import { makeKey, untilGood, untilRefused } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';

/** Every route of the API with every kind of caller: made from the routes, so that none can be forgotten. */

/** What is public besides the endpoints that say so. */
const OPEN = [
  '/',
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/redoc',
  '/redoc/start.js',
  '/redoc/assets/redoc.standalone.js',
  '/problems',
];
const BASES = ['', '/api/v1'];
const ANY_ID = '01900000-0000-7000-8000-000000000000';

let service: Service;
let client: HttpClient;
/** Headers of callers that must be refused. */
const refused: Record<string, string> = {};
const onlyWith: Record<string, string> = {};
const allBut: Record<string, string> = {};
beforeAll(async () => {
  service = await startService({ worker: false });
  client = createHttpClient(4, 10_000);
  const good = await makeKey(service.database);
  const [revoked, expired] = [await makeKey(service.database), await makeKey(service.database)];
  for (const scope of SCOPES) {
    onlyWith[scope] = (await makeKey(service.database, { scopes: [scope] })).token;
    allBut[scope] = (await makeKey(service.database, { scopes: SCOPES.filter((each) => each !== scope) })).token;
  }
  for (const token of [revoked.token, expired.token, allBut['events:read']!]) await untilGood(service.url, token);
  await revokeKey(service.database, revoked.key.id);
  await service.database.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [expired.key.id]);
  for (const token of [revoked.token, expired.token]) await untilRefused(service.url, token);
  Object.assign(refused, {
    malformed: 'Bearer wk_key',
    'other scheme': `Basic ${Buffer.from(`x:${good.token}`).toString('base64')}`,
    'other key': `Bearer ${makeToken(newId())}`,
    'other secret': `Bearer ${makeToken(good.key.id)}`,
    revoked: `Bearer ${revoked.token}`,
    expired: `Bearer ${expired.token}`,
  });
});
afterAll(async () => {
  client.close();
  await service.stop();
});

/** Sends no body, because nothing of it may be read before the caller is known. */
async function ask(method: string, path: string, authorization: string | null): Promise<number> {
  // An invalid cursor: the stream of events would not end otherwise.
  const headers: Record<string, string> = { 'last-event-id': 'none', ...(authorization !== null && { authorization }) };
  return (await client.send(method.toUpperCase(), `${service.url}${path}`, headers)).status;
}

const routes = ENDPOINTS.flatMap(({ method, paths, scope }) =>
  paths.flatMap((path) => BASES.map((base) => ({ method, path: `${base}${path}`, scope }))),
);
const toUrl = (path: string) => path.replace(/\{\w+\}|:\w+/g, ANY_ID);

it('admits exactly the keys with the scope', async () => {
  const lines = [`nobody, ${Object.keys(refused).join(', ')}, all scopes but this, this scope`];
  for (const { method, path, scope } of routes) {
    const callers: [string, string | null][] = [['nobody', null], ...Object.entries(refused)];
    if (scope === 'any') callers.push(['scope', `Bearer ${onlyWith['events:read']}`]);
    else if (scope !== null)
      callers.push(['no scope', `Bearer ${allBut[scope]}`], ['scope', `Bearer ${onlyWith[scope]}`]);
    const asked = callers.map(async ([caller, sent]) => [caller, await ask(method, toUrl(path), sent)] as const);
    const statuses: Record<string, number> = Object.fromEntries(await Promise.all(asked));
    const shown = Object.values(statuses).map((status) => (status === 401 || status === 403 ? status : 'in'));
    lines.push(`${method.toUpperCase()} ${path} (${scope ?? 'open'}): ${shown.join(' ')}`);
    const { scope: allowed, 'no scope': forbidden, ...others } = statuses;
    if (scope === null) {
      expect(Object.values(others).filter((status) => status !== 200)).toEqual([]);
    } else {
      if (scope !== 'any') expect([path, forbidden]).toEqual([path, 403]);
      expect([path, ...Object.values(others)]).toEqual([path, ...Object.values(others).map(() => 401)]);
      expect([401, 403, 500, 503]).not.toContain(allowed);
    }
  }
  expect(lines.join('\n')).toMatchSnapshot();
}, 120_000);

/** The routes of an app, and of the routers in it, however they were added. */
function routesIn(stack: any[]): { method: string; path: string }[] {
  return stack.flatMap(({ route, handle }) => {
    if (handle?.stack && !route) return routesIn(handle.stack);
    if (!route) return [];
    const methods = new Set<string>(route.stack.map((layer: any) => layer.method ?? 'put'));
    return [...methods].map((method) => ({ method, path: String(route.path) }));
  });
}

it('answers nothing without a key, whatever is routed beside the endpoints', async () => {
  const log = createLogger({ process: 'test', level: 'silent', pretty: false });
  const nothing = () => undefined;
  const app = createApp({
    ...{ endpoints: ENDPOINTS, guard: nothing, onAnswered: nothing, isStopping: () => false, registry: null, log },
  });
  const found = routesIn((app as any).router.stack);
  const open = new Set([...OPEN, ...ENDPOINTS.filter(({ scope }) => scope === null).flatMap(({ paths }) => paths)]);
  const paths = new Set(found.map(({ path }) => path));
  expect([...open].filter((path) => !paths.has(path))).toEqual([]);
  expect(found.length).toBeGreaterThan(2 * ENDPOINTS.length);
  const answered: string[] = [];
  for (const { method, path } of found) {
    if (open.has(path) && method === 'get') continue;
    for (const base of BASES) {
      if ((await ask(method, base + toUrl(path), null)) !== 401) answered.push(`${method} ${base}${path}`);
    }
  }
  expect(answered).toEqual([]);
}, 60_000);

it.each([
  ...['HEAD /wallets/{id}', 'OPTIONS /wallets/{id}', 'PUT /wallets/{id}', 'GET /nothing', 'GET /api/v1/nothing'],
  ...[
    'GET /WALLETS/{id}',
    'GET /wallets/{id}/',
    'GET //wallets/{id}',
    'GET /health/../clients',
    'GET /docs/../clients',
  ],
  ...[
    'GET /docs/assets/../../clients',
    'GET /docs/assets/%2e%2e/clients',
    'GET /api/v1//clients',
    'GET /wallets/%E0%A4%A',
  ],
  ...['POST /health', 'POST /docs', 'GET /healthz', 'GET /api/v1/api/v1/clients', 'GET /clients?access_token={token}'],
])('%s needs a key', async (line) => {
  const [method, path] = line.split(' ') as [string, string];
  const target = toUrl(path.replace('{token}', onlyWith['wallets:read']!));
  expect(await ask(method, target, null)).toBe(401);
});
