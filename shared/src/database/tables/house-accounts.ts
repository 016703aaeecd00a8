import type { Queryable } from '../pool.ts';

/**
 * An account that belongs to no wallet. It has one account in every asset; the treasury has one per asset and
 * partition.
 */
export interface HouseAccount {
  readonly name: string;
  readonly mayGoNegative: boolean;
  readonly createdAt: Date;
}

/** One of the accounts of a house account: in an asset and, for the treasury, a partition. */
export interface HouseAccountPlace {
  readonly name: string;
  readonly assetId: number;
  /** Null except for the treasury. */
  readonly partition: number | null;
}

export interface PlacedHouseAccount extends HouseAccountPlace {
  readonly id: bigint;
}

export interface HouseAccountWithBalances extends HouseAccount {
  /** Minor units, as text, in every asset in which it has any; for the treasury, the sum over its partitions. */
  readonly balances: readonly { readonly assetId: number; readonly balance: string }[];
}

const HOUSE_ACCOUNT = `house_accounts.name, house_accounts.may_go_negative AS "mayGoNegative",
  house_accounts.created_at AS "createdAt"`;

export async function listHouseAccountNames(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>('SELECT name FROM house_accounts');
  return rows.map(({ name }) => name);
}

export async function findHouseAccount(database: Queryable, name: string): Promise<HouseAccount | null> {
  const { rows } = await database.query<HouseAccount>(`SELECT ${HOUSE_ACCOUNT} FROM house_accounts WHERE name = $1`, [
    name,
  ]);
  return rows[0] ?? null;
}

/** At most `limit`, sorted by name. @param after the name after which to begin. */
export async function listHouseAccounts(
  database: Queryable,
  after: string | null,
  limit: number,
): Promise<HouseAccountWithBalances[]> {
  const { rows } = await database.query<HouseAccountWithBalances>(
    `SELECT ${HOUSE_ACCOUNT}, held.balances
     FROM house_accounts
     CROSS JOIN LATERAL (
       SELECT coalesce(json_agg(json_build_object('assetId', asset_id, 'balance', balance) ORDER BY asset_id), '[]') AS balances
       FROM (
         SELECT asset_id, sum(balance)::text AS balance FROM accounts WHERE system = house_accounts.name
         GROUP BY asset_id HAVING sum(balance) <> 0
       ) AS sums
     ) AS held
     WHERE $1::text IS NULL OR name > $1 COLLATE "C"
     ORDER BY name COLLATE "C" LIMIT $2`,
    [after, limit],
  );
  return rows;
}

/** The account ids of the house accounts that exist. */
export async function findHouseAccountIds(
  database: Queryable,
  places: readonly HouseAccountPlace[],
): Promise<PlacedHouseAccount[]> {
  const { rows } = await database.query<PlacedHouseAccount>(
    `WITH wanted AS (
       SELECT * FROM unnest($1::text[], $2::smallint[], $3::smallint[]) AS wanted (name, asset_id, partition)
     )
     SELECT id, system AS name, accounts.asset_id AS "assetId", NULL::smallint AS partition
     FROM wanted JOIN accounts ON system = name AND accounts.asset_id = wanted.asset_id AND accounts.partition IS NULL
     WHERE wanted.partition IS NULL
     UNION ALL
     SELECT id, system, accounts.asset_id, accounts.partition
     FROM wanted
     JOIN accounts ON system = name AND accounts.asset_id = wanted.asset_id AND accounts.partition = wanted.partition`,
    // Quoted by the driver: an account may be called `null`.
    [places.map(({ name }) => name), places.map(({ assetId }) => assetId), places.map(({ partition }) => partition)],
  );
  return rows;
}

/**
 * Adds a house account with its accounts in every asset, unless its name is taken. They exist when the transaction
 * commits.
 */
export async function insertHouseAccount(
  database: Queryable,
  { name, mayGoNegative }: Omit<HouseAccount, 'createdAt'>,
): Promise<'added' | 'account_exists' | 'too_many_accounts'> {
  const { rows } = await database.query<{ outcome: 'added' | 'account_exists' | 'too_many_accounts' }>(
    'SELECT add_house_account($1, $2) AS outcome',
    [name, mayGoNegative],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('add_house_account did not answer');
  return row.outcome;
}
