import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MIGRATIONS_FOLDER, PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { noteSchemaVersion, readSchemaVersion } from '@wallet/shared/database/tables/schema-version';
import { inTransaction } from '@wallet/shared/database/transaction';
import request from 'supertest';
import { unpackVersion } from '../chaos/earlier-version.ts';
import { type Cluster, type ServiceProcess, createCluster, untilLogged } from '../support/cluster.ts';
import { randomFrom, runLoad } from '../support/load.ts';
import { untilDrained } from '../support/service.ts';
import { inDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

/**
 * A release is rolled out: processes of the version before go on beside this one's, on this one's schema, while clients send.
 * Nothing fails because of it, and either version applies what the other accepts, by its rings. Then a later migration asks for
 * programs that are newer, first than the version before, then than this one: what is too old writes nothing, and says so.
 */
jest.setTimeout(120_000);

/** The last commit whose programs know migration 19, and look at the schema at their start alone. */
const BEFORE = 'ef0359f80b0cd3118779a5291eaecf6037209cb3';

const isKnown = spawnSync('git', ['cat-file', '-e', `${BEFORE}^{commit}`], { cwd: PROJECT_ROOT }).status === 0;
const story = isKnown ? it : it.skip;
const SKIPPED = isKnown ? '' : ' (skipped: the version before is not in the history of this checkout)';

/** What was not rung for is found by a worker after two seconds. */
const BY_SWEEPING_MS = 2_000;
const CALLERS = 3;
const TOO_OLD = /^Database test_\w+ at .* has a schema newer than this program: .* Update the program\.$/m;

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

/** What a migration of a later version does that needs programs of this version, or of its own. */
async function contract(needs: 'this version' | 'its own'): Promise<void> {
  const version = 1 + (await readSchemaVersion(database)).version;
  const oldestProgram = needs === 'its own' ? version : NEWEST_MIGRATION;
  await inTransaction(database, async (client) => {
    await client.query(`INSERT INTO migrations (id, name, hash) VALUES ($1, $2, 'later')`, [
      version,
      `later ${version}`,
    ]);
    await noteSchemaVersion(client, { version, oldestProgram });
  });
}

async function expectRefusal({ url: api }: ServiceProcess): Promise<void> {
  const body = { operation_type: 'DEPOSIT', amount: 1 };
  const answer = await request(api).post(`/wallets/${wallets[0]}/operation`).send(body);
  expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
  expect(answer.headers['retry-after']).toBe('1');
}

story(`two versions serve one schema under load, until it says that one is too old${SKIPPED}`, async () => {
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
  const worker = await present.startWorker();
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

  await contract('this version');
  await expectRefusal(oldApi);
  expect(await applied(api)).toBeLessThan(BY_SWEEPING_MS);
  await untilLogged(worker, 'the schema is newer, and this program fits it');
  await checkDatabase(database, url, 'worker');
  // What is run by hand judges or changes all that is there: it is of the version that migrated.
  await expect(checkDatabase(database, url, 'audit')).rejects.toThrow(TOO_OLD);

  await contract('its own');
  await expectRefusal(api);
  for (const each of [api, worker]) {
    expect(await each.child.ended).toBe(2);
    expect(each.log()).toMatch(TOO_OLD);
  }
  await expect(checkDatabase(database, url, 'worker')).rejects.toThrow(TOO_OLD);
  expect(await findUnwell()).toEqual([]);
});
