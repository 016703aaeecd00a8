import { type FactNeeds, findFacts } from '@wallet/api/operations/find-facts';
import { addHouseAccount } from '@wallet/shared/database/add-house-account';
import { loadAssets } from '@wallet/shared/database/assets';
import { loadHouseAccounts } from '@wallet/shared/database/house-accounts';
import { createHistory } from '@wallet/shared/database/replica';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { findLatestEpoch, readEpoch } from '@wallet/shared/database/tables/epochs';
import { type NewLeg } from '@wallet/shared/database/tables/operation-terms';
import { acceptOperations } from '@wallet/shared/database/tables/operations';
import { createWallet, findWalletFacts } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import { createTestDatabase } from '../support/test-database.ts';

/** Rows that a process or a replica knows from before a promotion may have been lost. */

const PARTITIONS = 16;
const ASSET = 4;
const BY = { actor: 'command_line', keyId: null, requestId: null } as const;

let primary: Database;
let replica: Database;
beforeAll(async () => {
  const databases = [await createTestDatabase(), await createTestDatabase()];
  [primary, replica] = databases.map(({ databaseUrl: url }) =>
    createPool({ url, name: 'test', size: 2, onError: () => undefined }),
  ) as [Database, Database];
});
afterAll(() => Promise.all([primary.end(), replica.end()]));

it('a replica is read while it has the epoch of the primary and what the primary has', async () => {
  const id = newId();
  for (const database of [primary, replica]) await createWallet(database, { id, clientId: null, assetId: ASSET });
  const history = createHistory(primary, replica, fail);
  const names = new Map<unknown, string>();
  for (const [name, database] of Object.entries({ primary, replica })) names.set(await nameOf(database), name);
  const readFrom = async (): Promise<unknown> => names.get(await history.ofWallet(id, nameOf));
  const finished = { id: newId(), finishedAt: new Date() };

  await readEpoch(primary);
  expect(await readFrom()).toBe('primary');
  // As it is when the replica has replayed that.
  const { rows } = await primary.query<Record<string, unknown>>('SELECT * FROM epochs');
  const [columns, values] = [Object.keys(rows[0]!), Object.values(rows[0]!)];
  const places = columns.map((_, index) => `$${index + 1}`);
  await replica.query(`INSERT INTO epochs (${columns.join()}) VALUES (${places.join()})`, values);
  expect(await findLatestEpoch(replica)).toBe((await readEpoch(primary))!.id);
  expect(await readFrom()).toBe('replica');
  // One that the replica does not have.
  expect(names.get(await history.ofBatch(finished, nameOf))).toBe('primary');
});

it('a leg is written to the current account of its wallet, whatever account was known', async () => {
  const [from, to] = [newId(), newId()];
  for (const id of [from, to]) await createWallet(primary, { id, clientId: null, assetId: ASSET });
  const facts = new Map((await findWalletFacts(primary, [from, to])).map((wallet) => [wallet.id, wallet.accountId]));
  // As if both had been swapped by what was lost.
  const leg: NewLeg = {
    ...{ fromAccountId: facts.get(to)!, toAccountId: facts.get(from)!, fromWalletId: from, toWalletId: to },
    ...{ amount: 1n, assetId: ASSET },
  };
  const terms = { targetId: null, toAccountId: null, final: null, expiresAt: null, expiresInS: null, reason: null };
  const operation = {
    ...{ id: newId(), partition: partitionOf(from, PARTITIONS), walletId: from, toWalletId: null, assetId: ASSET },
    ...({ type: 'posting', amount: null, priority: 'high', description: null, referenceId: null } as const),
    ...{ idempotencyKey: null, requestHash: null, metadata: null, executeAt: null, terms: { ...terms, legs: [leg] } },
  };
  await acceptOperations(primary, [operation], { again: false });
  const { rows } = await primary.query('SELECT from_account_id, to_account_id FROM operation_legs');
  expect(rows).toEqual([{ from_account_id: facts.get(from), to_account_id: facts.get(to) }]);
});

it('a house account is found although it is forgotten while another one is read', async () => {
  await addHouseAccount(primary, { name: 'fees', mayGoNegative: true }, BY);
  const houseAccounts = loadHouseAccounts(primary);
  houseAccounts.find('fees', ASSET, 0);
  await houseAccounts.readAnew();
  let reads = 0;
  const needs: FactNeeds = {
    ...{ storing: primary, partitions: PARTITIONS, assets: await loadAssets(primary) },
    houseAccounts: {
      ...houseAccounts,
      readAnew() {
        const reading = houseAccounts.readAnew();
        reads += 1;
        if (reads === 1) houseAccounts.forget();
        return reading;
      },
    },
    findWallet: () => Promise.resolve(null),
    targets: { one: () => Promise.resolve(null), keep: () => undefined, forget: () => undefined },
  };
  const legs = [{ from: { account: 'fees' }, to: { account: 'treasury' }, amount: 1n, asset: 'USD' }];
  const { terms } = await findFacts(needs, { type: 'posting', legs } as unknown as Parameters<typeof findFacts>[1]);
  expect(reads).toBe(2);
  for (const name of ['fees', 'treasury']) expect(terms?.findHouseAccount(name, ASSET, 0)).not.toBeNull();
});

it('a lost asset is not taken for the one that has its id now', async () => {
  const assets = await loadAssets(primary);
  await primary.query('ALTER TABLE assets DISABLE TRIGGER ALL');
  await primary.query(`UPDATE assets SET code = 'SILVER', scale = 3 WHERE id = $1`, [ASSET]);
  await assets.know([ASSET]);
  expect(assets.withId(ASSET).code).not.toBe('SILVER');
  await assets.replace();
  expect(assets.withCode('SILVER')).toEqual(assets.withId(ASSET));
  expect(assets.withId(ASSET)).toMatchObject({ code: 'SILVER', scale: 3 });
  expect(assets.list.filter(({ id }) => id === ASSET)).toHaveLength(1);
});

async function nameOf(database: Pick<Database, 'query'>): Promise<unknown> {
  const { rows } = await database.query<{ name: string }>('SELECT current_database() AS name');
  return rows[0]?.name;
}

function fail(error: unknown): never {
  throw error;
}
