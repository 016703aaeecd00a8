import { urlFor } from '@wallet/local/embedded-postgres';
import { addAsset } from '@wallet/shared/database/add-asset';
import { addHouseAccount } from '@wallet/shared/database/add-house-account';
import { loadHouseAccounts } from '@wallet/shared/database/house-accounts';
import { type Database, type Queryable, createPool } from '@wallet/shared/database/pool';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { createTestDatabase } from '../support/test-database.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** Every house account has its account in every asset, whichever of them was added first. */
const BY = { actor: 'command_line', keyId: null, requestId: null } as const;

/** Of one connection. */
let database: Database;
let partitions: number;
/** As many processes at once, each with the rights of the API. */
let processes: Database[];
beforeEach(async () => {
  const { databaseUrl } = await createTestDatabase();
  const connect = (url: string): Database => createPool({ url, name: 'test', size: 1, onError: () => undefined });
  database = connect(databaseUrl);
  partitions = await readPartitions(database, undefined);
  processes = Array.from({ length: 8 }, () => connect(urlFor('api', databaseUrl)));
});
afterEach(() => Promise.all([database, ...processes].map((each) => each.end())));

const asset = (from: Queryable, code: string) =>
  addAsset(from as Database, { code, name: code, scale: 2, transferable: true }, BY);
const account = (from: Queryable, name: string, mayGoNegative = false) =>
  addHouseAccount(from as Database, { name, mayGoNegative }, BY);

/** Each pair of a house account and an asset, with how many accounts it has; the treasury has one in each partition. */
async function countPairs(): Promise<Record<string, number>> {
  const { rows } = await database.query<{ name: string; code: string; count: number }>(
    `SELECT name, code, count(accounts.id)::int AS count
     FROM (SELECT name, may_go_negative FROM house_accounts) AS house
     CROSS JOIN (SELECT id AS asset_id, code FROM assets) AS asset
     LEFT JOIN accounts ON system = name AND accounts.asset_id = asset.asset_id AND balance = 0
       AND (name = 'treasury' OR (partition IS NULL AND accounts.may_go_negative = house.may_go_negative))
     GROUP BY name, code`,
  );
  return Object.fromEntries(rows.map(({ name, code, count }) => [`${name} ${code}`, count]));
}

const pairsOf = (names: readonly string[], codes: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.flatMap((name) => codes.map((code) => [`${name} ${code}`, name === 'treasury' ? partitions : 1])),
  );

const FIRST_ASSETS = ['GOLD', 'DMND', 'PTS', 'USD'];

it('an asset that is added later gives every house account an account in it, and an account that is added later has all assets', async () => {
  await account(database, 'fees');
  await account(database, 'exchange', true);
  await asset(database, 'EUR');
  await account(database, 'promotions', true);
  await asset(database, 'CHF');
  expect(await countPairs()).toEqual(
    pairsOf(['treasury', 'fees', 'exchange', 'promotions'], [...FIRST_ASSETS, 'EUR', 'CHF']),
  );
});

it('an account waits for an asset that is being added, and an asset for an account', async () => {
  const [one, two] = [processes[0]!, processes[1]!];
  await database.query('BEGIN');
  await database.query(`SELECT add_asset('EUR', 'Euro', 2, true)`);
  const adding = account(one, 'fees');
  await untilWaitingForLocks(two, 1);
  await database.query('COMMIT');
  await adding;
  await database.query('BEGIN');
  await database.query(`SELECT add_house_account('exchange', true)`);
  const addingToo = asset(one, 'CHF');
  await untilWaitingForLocks(two, 1);
  await database.query('COMMIT');
  await addingToo;
  expect(await countPairs()).toEqual(pairsOf(['treasury', 'fees', 'exchange'], [...FIRST_ASSETS, 'EUR', 'CHF']));
});

it('every pair is there after many of both were added at once, from many connections', async () => {
  const names = Array.from({ length: 16 }, (_, index) => `house${index}`);
  const codes = Array.from({ length: 16 }, (_, index) => `NEW${index}`);
  await Promise.all(
    names.flatMap((name, index) => [
      account(processes[index % 8]!, name, index % 3 === 0),
      asset(processes[(index + 3) % 8]!, codes[index]!),
    ]),
  );
  expect(await countPairs()).toEqual(pairsOf(['treasury', ...names], [...FIRST_ASSETS, ...codes]));
});

describe('the known house accounts of a process', () => {
  async function idOf(name: string, assetId: number, partition: number | null): Promise<bigint> {
    const { rows } = await database.query<{ id: bigint }>(
      `SELECT id FROM accounts WHERE system = $1 AND asset_id = $2 AND partition IS NOT DISTINCT FROM $3::smallint`,
      [name, assetId, partition],
    );
    return rows[0]!.id;
  }

  it('are read on first use, including accounts and assets added since', async () => {
    const accounts = loadHouseAccounts(processes[0]!);
    // In the text of an array of Postgres, `null` without quotes is no name.
    expect([accounts.find('treasury', 4, 2), accounts.find('null', 4, 2)]).toEqual([null, null]);
    await account(database, 'null');
    expect(accounts.find('null', 3, 0)).toBeNull();
    await accounts.readAnew();
    expect([accounts.find('treasury', 4, 2), accounts.find('null', 4, 0), accounts.find('null', 3, 1)]).toEqual([
      await idOf('treasury', 4, 2),
      await idOf('null', 4, null),
      await idOf('null', 3, null),
    ]);
    await asset(database, 'EUR');
    expect([accounts.find('null', 5, 0), accounts.find('treasury', 5, 0), accounts.find('treasury', 4, 1)]).toEqual([
      ...[null, null, null],
    ]);
    await accounts.readAnew();
    expect([accounts.find('null', 5, 3), accounts.find('treasury', 5, 0), accounts.find('treasury', 4, 1)]).toEqual([
      await idOf('null', 5, null),
      await idOf('treasury', 5, 0),
      await idOf('treasury', 4, 1),
    ]);
  });

  it('exclude what does not exist, and take no more queries than the names', async () => {
    const { asked, counting } = countStatements();
    const accounts = loadHouseAccounts(counting);
    for (let index = 0; index < 1_000; index += 1) expect(accounts.find(`none${index}`, 4, 0)).toBeNull();
    await accounts.readAnew();
    expect(accounts.find('none1', 4, 0)).toBeNull();
    expect(accounts.find('Not a name', 4, 0)).toBeNull();
    expect(asked).toEqual(['SELECT name FROM house_accounts']);
  });

  it('are read once for concurrent requests', async () => {
    const { asked, counting } = countStatements();
    const accounts = loadHouseAccounts(counting);
    const found = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        accounts.find('treasury', 4, index % 4);
        await accounts.readAnew();
        return accounts.find('treasury', 4, index % 4);
      }),
    );
    expect(new Set(found).size).toBe(4);
    expect(found).not.toContain(null);
    expect(asked).toHaveLength(2);
  });

  it('are read again after a failed read', async () => {
    let isBroken = true;
    const query = (...args: unknown[]): unknown =>
      isBroken ? Promise.reject(new Error('broken')) : (database.query as (...args: unknown[]) => unknown)(...args);
    const accounts = loadHouseAccounts({ query: query.bind(database) } as Queryable);
    expect(accounts.find('treasury', 4, 1)).toBeNull();
    await expect(accounts.readAnew()).rejects.toThrow('broken');
    isBroken = false;
    await accounts.readAnew();
    expect(accounts.find('treasury', 4, 1)).toBe(await idOf('treasury', 4, 1));
  });

  function countStatements(): { asked: string[]; counting: Queryable } {
    const asked: string[] = [];
    const query = (text: string, values?: unknown[]): unknown => {
      asked.push(text);
      return database.query(text, values);
    };
    return { asked, counting: { query } as Queryable };
  }
});
