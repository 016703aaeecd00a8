import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MIGRATIONS_FOLDER, PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { unpackVersion } from '../chaos/earlier-version.ts';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { randomFrom, runLoad } from '../support/load.ts';
import { untilDrained } from '../support/service.ts';
import { inDatabase } from '../support/test-database.ts';
import { expectRefusal, noteLaterMigration } from '../support/later-version.ts';
import { createFundedWallet } from '../support/wallets.ts';

/**
 * A release is rolled out: processes of the previous version run beside this one's, on this one's schema, while clients
 * send. Nothing fails because of it, and each version applies what the other accepts, by its rings. Then a later
 * migration requires newer programs than the previous version, which from then on writes nothing.
 */
jest.setTimeout(120_000);

/** The last commit whose programs know migration 19, and look at the schema at their start alone. */
const BEFORE = 'ef0359f80b0cd3118779a5291eaecf6037209cb3';

const isKnown = spawnSync('git', ['cat-file', '-e', `${BEFORE}^{commit}`], { cwd: PROJECT_ROOT }).status === 0;
/** The previous version is built from its commit, which takes a while. */
const isLong = Boolean(process.env['TEST_LONG']);
const story = isKnown && isLong ? it : it.skip;
const WHY = isLong ? 'the version before is not in the history of this checkout' : 'only with TEST_LONG';
const SKIPPED = isKnown && isLong ? '' : ` (skipped: ${WHY})`;

/** A worker finds operations without a ring after two seconds. */
const BY_SWEEPING_MS = 2_000;
const CALLERS = 3;

const folder = mkdtempSync(join(tmpdir(), 'wallet-two-versions-'));
let database: Database;
let before: Cluster;
let present: Cluster;
let url: string;
let wallets: string[];
let isOver = false;
let load: ReturnType<typeof runLoad> | undefined;

beforeAll(async () => {
  if (!isKnown) return;
  const name = `test_${randomBytes(6).toString('hex')}`;
  url = await inDatabase(process.env['TEST_DATABASE_URL']!, name);
  const root = unpackVersion(BEFORE, folder);
  execFileSync(process.execPath, [...RUN_SOURCE, 'shared/src/commands/migrate.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], DATABASE_URL: url },
  });
  database = createPool({ url, name: 'test', size: 2, onError: () => undefined });
  const target = { databaseUrl: url, redisUrl: process.env['TEST_REDIS_URL']!, queuePrefix: name, folder };
  before = createCluster({ ...target, root });
  present = createCluster(target);
});
afterAll(async () => {
  isOver = true;
  await load?.catch(() => undefined);
  if (isKnown) {
    await Promise.all([before.stop(), present.stop()]);
    await database.end();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** How long a deposit took that was sent to an API of one version and applied by a worker of the other: the best of three. */
async function applied({ url: api }: ServiceProcess): Promise<number> {
  let bestMs = Infinity;
  for (let tries = 0; tries < 3 && bestMs >= BY_SWEEPING_MS; tries += 1) {
    const began = performance.now();
    const { body } = await request(api)
      .post(`/wallets/${wallets[tries]}/operation`)
      .set('Prefer', 'wait=10')
      .send({ operation_type: 'DEPOSIT', amount: 1 })
      .expect(200);
    expect(body).toMatchObject({ status: 'succeeded' });
    bestMs = performance.now() - began;
  }
  return bestMs;
}

async function findUnwell(): Promise<unknown[]> {
  const { rows } = await database.query(
    `SELECT operation_id, error_code FROM failures WHERE error_code <> 'insufficient_funds'`,
  );
  const found: unknown[] = [...rows];
  await auditDatabase(database, (violation) => found.push(violation));
  return found;
}

story(`two versions serve one schema under load, until it says that the older one is too old${SKIPPED}`, async () => {
  const [oldApi, oldWorker] = await Promise.all([before.startApi(), before.startWorker()]);
  wallets = await Promise.all(Array.from({ length: 6 }, () => createFundedWallet(oldApi.url, '50.00')));
  const urls = [oldApi.url];
  load = runLoad({
    ...{ urls, wallets, requests: Infinity, connections: CALLERS, restMs: 20 },
    ...{ random: randomFrom(20), name: 'two-versions', until: () => isOver },
  });
  await delay(200);
  expect(await migrateDatabase(url, MIGRATIONS_FOLDER, undefined)).not.toEqual([]);

  const api = await present.startApi();
  urls.push(api.url);
  expect(await applied(api)).toBeLessThan(BY_SWEEPING_MS);
  await present.startWorker();
  await delay(500);
  expect(await oldWorker.stop()).toBe(0);
  expect(await applied(oldApi)).toBeLessThan(BY_SWEEPING_MS);
  isOver = true;
  const requests = await load;
  await untilDrained(database, 20_000);
  const { rows } = await database.query('SELECT FROM outcomes WHERE operation_id = ANY ($1)', [
    requests.map(({ operationId }) => operationId),
  ]);
  expect(rows).toHaveLength(requests.length);
  expect(await findUnwell()).toEqual([]);

  await noteLaterMigration(database, 'this version');
  await expectRefusal(oldApi.url, wallets[0]!);
  expect(await applied(api)).toBeLessThan(BY_SWEEPING_MS);
  expect(await findUnwell()).toEqual([]);
});
