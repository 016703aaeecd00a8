import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { createCluster, untilLogged } from '../support/cluster.ts';
import { TOO_OLD, expectRefusal, noteLaterMigration } from '../support/later-version.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** Running processes notice a schema of a later version: they continue if they fit it, or end. */
jest.setTimeout(60_000);

it('processes continue beside a later schema that they fit, and end with a sentence when they are too old for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-outdated-'));
  const target = await createTestDatabase();
  const { databaseUrl: url } = target;
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  const cluster = createCluster({ ...target, folder });
  const [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  const wallet = await createFundedWallet(api.url);

  await noteLaterMigration(database, 'this version');
  const deposit = request(api.url).post(`/wallets/${wallet}/operation`).set('Prefer', 'wait=10');
  const { body } = await deposit.send({ operation_type: 'DEPOSIT', amount: 1 });
  expect(body).toMatchObject({ status: 'succeeded' });
  await Promise.all([api, worker].map((each) => untilLogged(each, 'the schema is newer, and this program fits it')));
  await checkDatabase(database, url, 'worker');
  // Commands that are run by hand check or change everything: they must be of the version that migrated.
  await expect(checkDatabase(database, url, 'audit')).rejects.toThrow(TOO_OLD);

  await noteLaterMigration(database, 'its own');
  await expectRefusal(api.url, wallet);
  for (const each of [api, worker]) {
    expect(await each.child.ended).toBe(2);
    expect(each.log()).toMatch(TOO_OLD);
    expect(each.log()).toContain('process stopped');
  }
  await expect(checkDatabase(database, url, 'worker')).rejects.toThrow(TOO_OLD);
  expect((await database.query('SELECT FROM operations')).rowCount).toBe(1);
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});
