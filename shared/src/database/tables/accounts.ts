import type { Account } from '../../ledger/account.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';

/** A system account: one per asset and partition. */
export interface Treasury {
  readonly assetId: number;
  readonly partition: number;
}

/** A locked account and its owner: a wallet, or the treasury of its asset and `partition`. */
export interface LockedAccount extends Account {
  readonly walletId: string | null;
  readonly assetId: number;
  readonly partition: number | null;
}

/** An account of an operation with terms: `heldOf` is the wallet whose held balance it keeps. */
export interface LockedTermsAccount extends LockedAccount {
  readonly heldOf: string | null;
}

const ACCOUNT = `accounts.id, accounts.wallet_id AS "walletId", accounts.system IS NOT NULL AS "isSystem",
  accounts.asset_id AS "assetId", accounts.partition, accounts.status, accounts.balance,
  accounts.credit_limit AS "creditLimit", accounts.version`;

/**
 * Locks the accounts of the wallets and the treasuries until the transaction ends: treasuries first, and each kind in
 * the order of ids. Every lock on accounts is taken here, so no two transactions can wait for each other.
 * @returns their latest committed state; an account that does not exist is missing.
 */
export async function lockAccounts(
  database: Queryable,
  walletIds: readonly string[],
  treasuries: readonly Treasury[],
): Promise<LockedAccount[]> {
  const { rows } = await database.query<AsText<Omit<LockedAccount, 'mayGoNegative'>>>({
    name: 'lockAccounts',
    text: `WITH treasuries AS MATERIALIZED (
             SELECT ${ACCOUNT}
             FROM unnest($2::smallint[], $3::smallint[]) AS wanted (asset_id, partition)
             JOIN accounts ON accounts.system = 'treasury' AND accounts.asset_id = wanted.asset_id
               AND accounts.partition = wanted.partition
             ORDER BY accounts.id FOR UPDATE OF accounts
           ), wallets AS MATERIALIZED (
             SELECT ${ACCOUNT}
             FROM unnest($1::uuid[]) AS wanted (id) JOIN accounts ON accounts.wallet_id = wanted.id
             WHERE (SELECT count(*) FROM treasuries) >= 0
             ORDER BY accounts.id FOR UPDATE OF accounts
           )
           SELECT * FROM treasuries UNION ALL SELECT * FROM wallets`,
    values: [
      arrayLiteral(walletIds),
      arrayLiteral(treasuries.map((treasury) => treasury.assetId)),
      arrayLiteral(treasuries.map((treasury) => treasury.partition)),
    ],
  });
  // A numeric arrives as text. Rows are changed in place because this runs for every account of every drain. The
  // treasury is the only system account among them, and may go negative.
  return rows.map((row) => Object.assign(row, { balance: BigInt(row.balance), mayGoNegative: row.isSystem }));
}

type AsText<Row extends { balance: bigint }> = Omit<Row, 'balance'> & { balance: string };

/** The accounts that operations with terms, and operations applied together with them, can touch. */
export interface TouchedAccounts {
  readonly walletIds: readonly string[];
  /** The wallets with a held account. */
  readonly heldOf: readonly string[];
  readonly treasuries: readonly Treasury[];
  readonly accountIds: readonly bigint[];
}

/**
 * Locks accounts as `lockAccounts` does, and in the same order: system accounts first, then main and held accounts of
 * wallets. Duplicates are allowed.
 */
export async function lockAccountsOfTerms(
  database: Queryable,
  touched: TouchedAccounts,
): Promise<LockedTermsAccount[]> {
  const { rows } = await database.query<AsText<LockedTermsAccount>>({
    name: 'lockAccountsOfTerms',
    // Each account is looked up by itself: in a join, a planner without statistics would scan all accounts of wallets.
    text: `SELECT locked.*
           FROM (SELECT id FROM (${TOUCHED}) AS touched ORDER BY is_other, id) AS touched
           CROSS JOIN LATERAL (
             SELECT ${TERMS_ACCOUNT} FROM accounts WHERE accounts.id = touched.id OFFSET 0 FOR UPDATE
           ) AS locked`,
    values: valuesOf(touched),
  });
  return rows.map((row) => Object.assign(row, { balance: BigInt(row.balance) }));
}

/** The same accounts as seen by a snapshot, unordered and unlocked, for dry runs. */
export async function readAccountsOfTerms(
  database: Queryable,
  touched: TouchedAccounts,
): Promise<LockedTermsAccount[]> {
  const { rows } = await database.query<AsText<LockedTermsAccount>>({
    name: 'readAccountsOfTerms',
    text: `SELECT found.*
           FROM (${TOUCHED}) AS touched
           CROSS JOIN LATERAL (SELECT ${TERMS_ACCOUNT} FROM accounts WHERE accounts.id = touched.id OFFSET 0) AS found`,
    values: valuesOf(touched),
  });
  return rows.map((row) => Object.assign(row, { balance: BigInt(row.balance) }));
}

const TOUCHED = `
             SELECT account.id, true AS is_other
             FROM unnest($1::uuid[]) AS wanted (id)
             CROSS JOIN LATERAL (SELECT id FROM accounts WHERE wallet_id = wanted.id OFFSET 0) AS account
             UNION
             SELECT account.id, true
             FROM unnest($2::uuid[]) AS wanted (id)
             CROSS JOIN LATERAL (SELECT id FROM accounts WHERE held_of = wanted.id OFFSET 0) AS account
             UNION
             SELECT account.id, false
             FROM unnest($3::smallint[], $4::smallint[]) AS wanted (asset_id, partition)
             CROSS JOIN LATERAL (
               SELECT id FROM accounts
               WHERE system = 'treasury' AND asset_id = wanted.asset_id AND partition = wanted.partition OFFSET 0
             ) AS account
             UNION
             SELECT account.id, account.is_other
             FROM unnest($5::bigint[]) AS wanted (id)
             CROSS JOIN LATERAL (SELECT id, system IS NULL AS is_other FROM accounts WHERE id = wanted.id OFFSET 0) AS account`;

function valuesOf({ walletIds, heldOf, treasuries, accountIds }: TouchedAccounts): string[] {
  return [
    arrayLiteral(walletIds),
    arrayLiteral(heldOf),
    arrayLiteral(treasuries.map(({ assetId }) => assetId)),
    arrayLiteral(treasuries.map(({ partition }) => partition)),
    arrayLiteral(accountIds),
  ];
}

const TERMS_ACCOUNT = `${ACCOUNT}, accounts.held_of AS "heldOf",
  accounts.may_go_negative OR accounts.system IS NOT DISTINCT FROM 'treasury' AS "mayGoNegative"`;

/** Creates the held accounts of wallets that have none. */
export async function createHeldAccounts(database: Queryable, walletIds: readonly string[]): Promise<void> {
  await database.query({
    name: 'createHeldAccounts',
    text: `INSERT INTO accounts (held_of, asset_id)
           SELECT DISTINCT wallets.id, asset_id
           FROM unnest($1::uuid[]) AS wanted (id) JOIN wallets ON wallets.id = wanted.id
           WHERE NOT EXISTS (SELECT FROM accounts WHERE held_of = wallets.id)
           ORDER BY id
           ON CONFLICT (held_of) WHERE held_of IS NOT NULL DO NOTHING`,
    values: [arrayLiteral(walletIds)],
  });
}

/** The version of a wallet's main account; -1 if the wallet does not exist. */
export async function findVersion(database: Queryable, walletId: string): Promise<bigint> {
  const { rows } = await database.query<{ version: bigint }>({
    name: 'findVersion',
    text: 'SELECT version FROM accounts WHERE wallet_id = $1',
    values: [walletId],
  });
  return rows[0]?.version ?? -1n;
}
