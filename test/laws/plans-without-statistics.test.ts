import { urlFor } from '@wallet/local/embedded-postgres';
import { type Client, type Queryable, createPool } from '@wallet/shared/database/pool';
import { lockAccounts, lockAccountsOfTerms, readAccountsOfTerms } from '@wallet/shared/database/tables/accounts';
import {
  readAccountsOfOriginals,
  readHolds,
  readOriginals,
  readTerms,
} from '@wallet/shared/database/tables/pending-terms';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import { breakTheLaw } from '../support/break-the-law.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * A restored database, or one whose statistics were lost in a crash, has none until it is analysed. A drain must still
 * read only what it names, whatever else is in the tables.
 */

const NAMED = 40;
const OTHERS = 3_000;

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

let client: Client;
let close: () => Promise<void>;
let ids: string[];
let accountIds: bigint[];
beforeAll(async () => {
  const { databaseUrl } = await createTestDatabase();
  const [owner, worker] = [databaseUrl, urlFor('worker', databaseUrl)].map((url) =>
    createPool({
      url,
      name: 'test',
      size: 1,
      onError: () => undefined,
      ...(url === databaseUrl ? {} : { settings: DRAIN_PLANNER }),
    }),
  );
  close = async () => {
    client.release();
    await Promise.all([owner!.end(), worker!.end()]);
  };
  const tables = ['accounts', 'operations', 'movements', 'operation_terms', 'operation_legs', 'holds'];
  await owner!.query(tables.map((table) => `ALTER TABLE ${table} SET (autovacuum_enabled = off)`).join('; '));
  await owner!.query(
    `WITH made AS (
       INSERT INTO wallets (id, asset_id) SELECT gen_random_uuid(), 1 FROM generate_series(1, ${OTHERS}) RETURNING id, asset_id
     ), own AS (INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made)
     INSERT INTO accounts (held_of, asset_id) SELECT id, asset_id FROM made`,
  );
  // Of each wallet a posting that has its id, which the others name.
  await breakTheLaw(
    owner!,
    `INSERT INTO operations (id, seq, wallet_id, asset_id, type, priority, created_at)
     SELECT wallet_id, id, wallet_id, 1, 'posting', 'high', now() FROM accounts WHERE wallet_id IS NOT NULL`,
    `INSERT INTO operation_terms (operation_id, target_id, legs)
     SELECT wallet_id, wallet_id, 1 FROM accounts WHERE wallet_id IS NOT NULL`,
    `INSERT INTO operation_legs (operation_id, leg, from_account_id, to_account_id, amount, asset_id)
     SELECT wallet_id, 0, id, id + 1, 1, 1 FROM accounts WHERE wallet_id IS NOT NULL`,
    `INSERT INTO holds (operation_id, wallet_id, amount, captured, released)
     SELECT wallet_id, wallet_id, 1, 0, 0 FROM accounts WHERE wallet_id IS NOT NULL`,
    `INSERT INTO movements (operation_id, leg, from_account_id, from_version, from_balance, to_account_id, to_version,
                            to_balance, amount, asset_id)
     SELECT wallet_id, 0, id, 1, 0, id + 1, 1, 0, 1, 1 FROM accounts WHERE wallet_id IS NOT NULL`,
  );
  const { rows } = await owner!.query<{ walletId: string; id: bigint }>(
    'SELECT wallet_id AS "walletId", id FROM accounts WHERE wallet_id IS NOT NULL LIMIT $1',
    [NAMED],
  );
  ids = rows.map(({ walletId }) => walletId);
  accountIds = rows.map(({ id }) => id);
  client = await worker!.connect();
});
afterAll(() => close());

/** How many rows of tables a statement reads, including those that it discards. */
async function countRead(run: (database: Queryable) => Promise<unknown>): Promise<number> {
  let read = 0;
  const explaining = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values,
      );
      read += countRows(rows[0]!['QUERY PLAN'][0]!.Plan);
      return { rows: [] };
    },
  };
  await run(explaining as unknown as Queryable);
  return read;
}

function countRows(node: PlanNode): number {
  const own =
    node['Relation Name'] === undefined
      ? 0
      : (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, each) => sum + countRows(each), own);
}

const treasuries = [{ assetId: 1, partition: 3 }];

it.each<[string, (database: Queryable) => Promise<unknown>]>([
  ['lockAccounts', (database) => lockAccounts(database, ids, treasuries)],
  [
    'lockAccountsOfTerms',
    (database) => lockAccountsOfTerms(database, { walletIds: ids, heldOf: ids, treasuries, accountIds }),
  ],
  [
    'readAccountsOfTerms',
    (database) => readAccountsOfTerms(database, { walletIds: ids, heldOf: ids, treasuries, accountIds }),
  ],
  ['readTerms', (database) => readTerms(database, ids)],
  ['readAccountsOfOriginals', (database) => readAccountsOfOriginals(database, ids)],
  ['readHolds', (database) => readHolds(database, ids)],
  ['readOriginals', (database) => readOriginals(database, ids)],
])('%s reads only what it names', async (_name, run) => {
  // Each account is found by what names it, and then read by its id.
  expect(await countRead(run)).toBeLessThan(8 * NAMED);
});
