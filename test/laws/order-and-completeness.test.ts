import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type Cluster, createCluster } from '../support/cluster.ts';
import { expectFaithfulHistory } from '../support/history.ts';
import { createHttpClient } from '../support/http-client.ts';
import { randomFrom, runLoad } from '../support/load.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** Two API processes and three workers on one database. */
const folder = mkdtempSync(join(tmpdir(), 'wallet-law-'));
let cluster: Cluster;
let database: Database;
let urls: string[];
beforeAll(async () => {
  const target = await createTestDatabase();
  database = createPool({ url: target.databaseUrl, name: 'test', size: 2, onError: () => undefined });
  cluster = createCluster({ ...target, folder });
  const apis = await Promise.all([cluster.startApi(), cluster.startApi()]);
  await Promise.all([cluster.startWorker(), cluster.startWorker(), cluster.startWorker()]);
  urls = apis.map((api) => api.url);
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

/** More find nothing that a quarter of them did not: they cross each other from the first on. They are for the long run. */
const SIZES = process.env['TEST_LONG']
  ? ([
      ['8,000 operations over 50 wallets', 8_000, 50],
      ['3,000 operations on one wallet', 3_000, 1],
    ] as const)
  : ([
      ['2,000 operations over 50 wallets', 2_000, 50],
      ['800 operations on one wallet', 800, 1],
    ] as const);

it.each(SIZES)(
  '%s are each applied once, in the order of acceptance (P1 to P4)',
  async (name, requests, count) => {
    const client = createHttpClient(8, 5_000);
    const wallets = await Promise.all(
      Array.from({ length: count }, async () => {
        const answer = await client.send('POST', `${urls[0]}/wallets`, {}, {});
        return answer.body['id'] as string;
      }),
    );
    client.close();
    const done = await runLoad({
      urls,
      wallets,
      requests,
      connections: 64,
      random: randomFrom(requests),
      name: name.replace(/\W+/g, '-'),
    });
    expect(done).toHaveLength(requests);
    await untilDrained(database, 30_000);
    await expectFaithfulHistory(database, done);
  },
  120_000,
);
