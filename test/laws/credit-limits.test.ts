import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditDatabase } from '@wallet/shared/database/audit';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { constraintOf } from '@wallet/shared/database/sqlstate';
import { type Cluster, createCluster } from '../support/cluster.ts';
import { createHttpClient } from '../support/http-client.ts';
import { randomFrom } from '../support/load.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'wallet-credit-'));
let cluster: Cluster;
let database: Database;
beforeAll(async () => {
  const target = await createTestDatabase();
  database = createPool({ url: target.databaseUrl, name: 'test', size: 2, onError: () => undefined });
  cluster = createCluster({ ...target, folder });
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

const SPENDERS = 32;
const CHANGES = 60;
/** In minor units. */
const LIMITS = [0n, 500n, 2_000n, 10_000n];

it('a limit that is changed while many spend is never exceeded, and nothing is lost', async () => {
  const [one, two] = await Promise.all([cluster.startApi(), cluster.startApi()]);
  await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  const client = createHttpClient(SPENDERS + 1, 10_000);
  const random = randomFrom(7);
  const send = (method: string, path: string, body: object) =>
    client.send(method, `${random() < 0.5 ? one.url : two.url}${path}`, {}, body);
  const wallet = (await send('POST', '/wallets', {})).body['id'] as string;

  // After each change: from then on this is the limit, and the wallet is at this version or a later one.
  const changes = [{ limit: 0n, version: 0n }];
  let refused = 0;
  let isOver = false;
  const change = async (): Promise<void> => {
    while (changes.length < CHANGES) {
      const limit = LIMITS[Math.floor(random() * LIMITS.length)]!;
      const { status, body } = await send('PATCH', `/wallets/${wallet}`, { credit_limit: minor(limit) });
      if (status === 200) changes.push({ limit, version: BigInt(body['version'] as number) });
      else if (status === 409) refused += 1;
      else throw new Error(`answered with ${status}`);
    }
    isOver = true;
  };
  const spend = async (): Promise<void> => {
    while (!isOver) {
      const kind = random() < 0.45 ? 'DEPOSIT' : 'WITHDRAW';
      const amount = minor(BigInt(1 + Math.floor(random() * 900)));
      const { status } = await send('POST', `/wallets/${wallet}/operation`, { operation_type: kind, amount });
      if (status !== 202) throw new Error(`answered with ${status}`);
    }
  };
  await Promise.all([change(), ...Array.from({ length: SPENDERS }, spend)]);
  client.close();
  await untilDrained(database, 60_000);

  const { rows } = await database.query<{ version: bigint; balance: bigint }>(
    `SELECT version, balance::bigint AS balance FROM entries
     WHERE account_id = (SELECT id FROM accounts WHERE wallet_id = $1) AND amount < 0 ORDER BY version`,
    [wallet],
  );
  // Between two changes, the limit is that of the one or, after the wallet was read for the answer, of the other.
  const exceeded = rows.filter(({ version, balance }) => {
    const after = changes.findLastIndex((each) => each.version < version);
    const possible = changes.slice(after, after + 2).map(({ limit }) => limit);
    return balance < -possible.reduce((most, limit) => (limit > most ? limit : most));
  });
  expect(exceeded).toEqual([]);
  // The test proves something only if credit was used, and lowering and exceeding the limit were refused.
  const below = rows.filter(({ balance }) => balance < 0n).length;
  const { rows: failures } = await database.query('SELECT FROM failures LIMIT 1');
  expect([below > 20, refused > 0, failures.length]).toEqual([true, true, 1]);

  const { rows: sums } = await database.query('SELECT sum(balance)::int AS total FROM accounts');
  expect(sums).toEqual([{ total: 0 }]);
  const violations: unknown[] = [];
  await auditDatabase(database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}, 180_000);

function minor(amount: bigint): string {
  const digits = amount.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

describe('the database', () => {
  const changeLimit = async (limit: string): Promise<string> => {
    const connection = await database.connect();
    try {
      await connection.query('BEGIN');
      // An account that stands at -1, without what brought it there; the law is switched off, and checks are not.
      await connection.query(
        `SET LOCAL session_replication_role = replica;
         UPDATE accounts SET credit_limit = 5, balance = -1 WHERE wallet_id IS NOT NULL`,
      );
      await connection.query(`UPDATE accounts SET credit_limit = ${limit} WHERE wallet_id IS NOT NULL`);
      return 'accepted';
    } catch (error) {
      return constraintOf(error) ?? String(error);
    } finally {
      await connection.query('ROLLBACK');
      connection.release();
    }
  };

  it.each([
    ['1', 'accepted'],
    ['0', 'accounts_within_credit'],
    ['-1', 'accounts_within_credit'],
  ])('answers a limit of %s, where 1 is used, with %s', async (limit, answer) => {
    await database.query(
      `WITH made AS (INSERT INTO wallets (id, asset_id) VALUES (gen_random_uuid(), 4) RETURNING id)
       INSERT INTO accounts (wallet_id, asset_id) SELECT id, 4 FROM made`,
    );
    expect(await changeLimit(limit)).toBe(answer);
  });
});
