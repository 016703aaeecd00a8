import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Database } from '@wallet/shared/database/pool';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { bearer, statusFor, until, untilGood, untilRefused } from '../support/keys.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

const folder = mkdtempSync(join(tmpdir(), 'wallet-access-'));
let target: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
const clusters: Cluster[] = [];
beforeEach(async () => {
  target = await createTestDatabase();
  database = createPool({ url: target.databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
  await database.end();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function clusterWith(env: Record<string, string>): Cluster {
  const cluster = createCluster({ ...target, folder, env });
  clusters.push(cluster);
  return cluster;
}

/** The command as a user runs it. */
const keys = (...args: string[]) =>
  runProgram('shared/src/commands/keys.ts', args, { DATABASE_URL: target.databaseUrl });

const TOKEN = /wk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}/;
const tokenIn = ({ out }: ProgramRun): string => TOKEN.exec(out)![0];

describe('npm run keys', () => {
  it('creates a key, shows its token once, lists, rotates and revokes it, and logs each step', async () => {
    expect(await keys('list')).toEqual({ code: 0, out: 'There are no keys: everything is open.\n', err: '' });
    const api = await clusterWith({}).startApi();
    expect(await statusFor(api.url, null)).toBe(404);

    const created = await keys('create', '--name', 'shop', '--scopes', 'wallets:read,operations:read');
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(created.out).toMatch(
      /^[0-9a-f-]{36} {2}good {5}shop {2}operations:read,wallets:read\nIts token, which is shown this once:\n\nwk_\S+\n\n$/,
    );
    const first = tokenIn(created);
    await untilGood(api.url, first);
    const id = created.out.slice(0, 36);

    const rotated = await keys('rotate', id);
    expect(rotated.out).toMatch(/The previous token is valid until \d{4}-\S+Z\./);
    await untilGood(api.url, tokenIn(rotated));
    expect(await statusFor(api.url, first)).toBe(404);
    const again = await keys('rotate', id, '--at-once', '--json');
    const { token, previous_token_until } = JSON.parse(again.out) as Record<string, string | null>;
    expect(previous_token_until).toBeNull();
    await untilGood(api.url, token!);
    expect(await statusFor(api.url, tokenIn(rotated))).toBe(401);

    const listed = await keys('list', '--json');
    expect(JSON.parse(listed.out)).toEqual([
      expect.objectContaining({ id, name: 'shop', status: 'good', scopes: ['operations:read', 'wallets:read'] }),
    ]);
    expect(listed.out).not.toMatch(/wk_|hash/);

    expect(await keys('revoke', id)).toEqual({ code: 0, out: `Key ${id} is revoked.\n`, err: '' });
    expect(await keys('revoke', id)).toMatchObject({ code: 0, out: `Key ${id} was revoked already.\n` });
    await untilRefused(api.url, token!);
    expect(await keys('rotate', id)).toEqual({
      code: 1,
      out: '',
      err: `Key ${id} is permanently revoked. Create another one.\n`,
    });
    const log = await keys('log');
    expect(log.out.split('\n').map((line) => line.split('  ').slice(1, 4))).toEqual([
      ...['revoked', 'rotated', 'rotated', 'created'].map((act) => ['command_line', `key.${act}`, id]),
      [],
    ]);
    expect(log.out).not.toMatch(TOKEN);
  }, 60_000);

  it('accepts a rate limit and an expiry', async () => {
    const more = ['--rate-limit', '50', '--expires', '90d', '--json'];
    const { out } = await keys('create', '--name', 'x', '--scopes', 'events:read', ...more);
    const key = JSON.parse(out) as Record<string, string>;
    expect(key).toMatchObject({ rate_limit: 50, token: expect.stringMatching(TOKEN), revoked_at: null });
    expect((Date.parse(key['expires_at']!) - Date.now()) / 86_400_000).toBeCloseTo(90, 1);
  });

  it('reports an unreachable database and missing keys', async () => {
    const none = '01900000-0000-7000-8000-000000000000';
    expect(await keys('revoke', none)).toEqual({ code: 1, out: '', err: `There is no key ${none}.\n` });
    expect(await runProgram('shared/src/commands/keys.ts', ['list'], {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('DATABASE_URL is not set'),
    });
    const bare = { DATABASE_URL: new URL('/postgres', target.databaseUrl).href };
    expect(await runProgram('shared/src/commands/keys.ts', ['list'], bare)).toMatchObject({ code: 2, out: '' });
    const { code, out, err } = await keys('create', '--name', 'x');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^--scopes is missing: one or more of .* See npm run keys -- --help\.\n$/);
    expect(await keys('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--rate-limit') });
  });
});

describe('HOST', () => {
  const everywhere = { HOST: '0.0.0.0' };

  it('must be loopback while there are no keys', async () => {
    await expect(clusterWith(everywhere).startApi()).rejects.toThrow(
      /ended with 2: [^]*There are no API keys.*ALLOW_ANONYMOUS/,
    );
  });

  it('can be any with ALLOW_ANONYMOUS, until there are keys', async () => {
    const api = await clusterWith({ ...everywhere, ALLOW_ANONYMOUS: 'true' }).startApi();
    expect(await statusFor(api.url, null)).toBe(404);
    const created = await keys('create', '--name', 'x', '--scopes', 'events:read');
    await untilGood(api.url, tokenIn(created));
  });

  it('can be any when there are keys, even if they are all revoked', async () => {
    const created = await keys('create', '--name', 'x', '--scopes', 'events:read', '--json');
    await keys('revoke', (JSON.parse(created.out) as { id: string }).id);
    const api = await clusterWith(everywhere).startApi();
    expect(await statusFor(api.url, null)).toBe(401);
  });
});

describe('with a key', () => {
  let api: ServiceProcess;
  let wallet: string;
  let token: string;
  beforeEach(async () => {
    const cluster = clusterWith({ LOG_LEVEL: 'trace', WEBHOOK_KEY: Buffer.alloc(32).toString('base64') });
    [api] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
    wallet = await createFundedWallet(api.url);
    token = tokenIn(await keys('create', '--name', 'x', '--scopes', 'operations:read,operations:write,webhooks:admin'));
    await untilGood(api.url, token);
  });

  it('npm run batch and npm run listen send the key of WALLET_API_KEY', async () => {
    const file = join(folder, 'credits.csv');
    writeFileSync(file, `type,wallet_id,amount\ndeposit,${wallet},1.00\n`);
    const env = { WALLET_URL: api.url };
    const refused = await runProgram('client/src/batch.ts', [file], env);
    expect(refused).toMatchObject({ code: 4, out: expect.stringContaining('Send an API key') });
    const sent = await runProgram('client/src/batch.ts', ['--json', file], { ...env, WALLET_API_KEY: token });
    expect(sent).toMatchObject({ code: 0 });
    expect(JSON.parse(sent.out)).toMatchObject({ status: 'completed', succeeded: 1 });

    expect(await runProgram('client/src/listen.ts', [], env)).toMatchObject({
      code: 4,
      err: expect.stringContaining('Send an API key'),
    });
    // It is admitted, and refused for its address: this API sends to no internal network.
    expect(await runProgram('client/src/listen.ts', [], { ...env, WALLET_API_KEY: token })).toMatchObject({
      code: 4,
      err: expect.stringContaining('The service refused: '),
    });
  });

  it('no log line at any level shows the token, wherever it was sent', async () => {
    const places = [
      request(api.url).get(`/operations?access_token=${token}`).set(bearer(token)),
      request(api.url)
        .get(`/wallets/${token}/balance`)
        .set(bearer(`${token}x`)),
      request(api.url).get(`/${token}`).set('X-Request-Id', token).set('Authorization', `Basic ${token}`),
      request(api.url).post('/operations').set(bearer(token)).set('Idempotency-Key', token).send({ token }),
      request(api.url).post('/batches').set(bearer(token)).set('Content-Type', 'application/json').send(`{"${token}"`),
    ];
    const answers = await Promise.all(places);
    expect(answers.map(({ status }) => status)).toEqual([400, 401, 401, 400, 400]);
    const secret = token.slice(-43);
    for (const { text } of answers.slice(1, 3)) expect(text).not.toContain(secret);
    const ids = answers.map(({ headers }) => headers['x-request-id']!);
    await until('the lines', () => ids.every((id) => api.log().includes(id)));
    const log = api.log();
    expect(log).not.toContain(secret);
    expect(log).not.toMatch(/authorization/i);
    expect(log).toContain(`"key_id":"`);
  });
});
