import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Database } from '@wallet/shared/database/pool';
import request, { type Response } from 'supertest';
import { type Cluster, createCluster } from '../support/cluster.ts';
import { bearer, makeKey, until, untilGood } from '../support/keys.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

const folder = mkdtempSync(join(tmpdir(), 'wallet-limits-'));
let target: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
const clusters: Cluster[] = [];
beforeAll(async () => {
  target = await createTestDatabase();
  database = createPool({ url: target.databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterEach(() => Promise.all(clusters.splice(0).map((cluster) => cluster.stop())));
afterAll(async () => {
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

async function startApis(count: number, more: { redisUrl?: string } = {}): Promise<string[]> {
  const cluster = createCluster({ ...target, ...more, folder });
  clusters.push(cluster);
  return Promise.all(Array.from({ length: count }, async () => (await cluster.startApi()).url));
}

const GET = '/assets';
const ask = (url: string, token: string) => request(url).get(GET).set(bearer(token));

/** Repeats the request until the limit is reached. */
async function untilLimited(send: () => Promise<Response>): Promise<{ refusal: Response; allowed: number }> {
  let refusal: Response | undefined;
  let allowed = 0;
  await until('a request is over the limit', async () => {
    const answer = await send();
    if (answer.status === 429) refusal = answer;
    else if (answer.ok) allowed += 1;
    else throw new Error(`answered ${answer.status}`);
    return refusal !== undefined;
  });
  return { refusal: refusal!, allowed };
}

/** The remaining limit, according to an answer. */
const leftIn = ({ headers }: Response) => Number(/^"key"; r=(\d+); t=[01]$/.exec(headers['ratelimit'] ?? '')![1]);

let wallet: string | undefined;

describe.each([
  ['Redis', {}],
  ['no Redis', { redisUrl: 'redis://127.0.0.1:1' }],
])('with %s', (_, more) => {
  it('requests beyond the limit of a key are refused with 429, and leave nothing behind', async () => {
    // Before the first key, every caller is admitted.
    const [url] = (await startApis(1, more)) as [string];
    wallet ??= await createFundedWallet(url);
    const path = `/wallets/${wallet}/operation`;
    const { token } = await makeKey(database, { rateLimit: 3 });
    const other = await makeKey(database, { rateLimit: 3 });
    await untilGood(url, token);
    await untilGood(url, other.token);

    const counted = async () =>
      (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM operations')).rows[0]!.n;
    const before = await counted();
    const { refusal, allowed } = await untilLimited(() =>
      request(url).post(path).set(bearer(token)).send({ operation_type: 'DEPOSIT', amount: 1 }),
    );
    expect(refusal.body).toMatchObject({ code: 'rate_limited', detail: 'This key may send 3 requests a second.' });
    expect(refusal.headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': expect.stringMatching(/^"key"; q=3; w=1; pk=:[A-Za-z0-9+/=]+:$/),
      ratelimit: expect.stringMatching(/^"key"; r=0; t=[01]$/),
    });
    expect(await counted()).toBe(before + allowed);

    // Others have limits of their own, and it is for this second only.
    await ask(url, other.token).expect(200);
    for (let seconds = 0; seconds < 3; seconds += 1) {
      await until('the next second', async () => {
        const { status } = await ask(url, token);
        expect([200, 429]).toContain(status);
        return status === 200;
      });
      await untilLimited(() => ask(url, token));
    }
  });
});

it('two API processes share the count', async () => {
  const [first, second] = (await startApis(2)) as [string, string];
  const { token } = await makeKey(database, { rateLimit: 1_000 });
  await untilGood(first, token);
  await untilGood(second, token);
  // A try fails when a second ends in the middle of it.
  const lefts: number[] = [];
  for (let tries = 0; tries < 5 && !lefts.some((left) => left <= 989); tries += 1) {
    await Promise.all(Array.from({ length: 10 }, () => ask(first, token).expect(200)));
    lefts.push(leftIn(await ask(second, token)));
  }
  expect(Math.min(...lefts)).toBeLessThanOrEqual(989);
});

it('a key without a limit is not counted', async () => {
  const [url] = (await startApis(1)) as [string];
  const { token } = await makeKey(database);
  await untilGood(url, token);
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(url, token).expect(200)));
  for (const { headers } of answers) expect(headers).not.toHaveProperty('ratelimit');
});
