import type { WalletStatus } from '../../words/operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_ENDED } from './outcomes.ts';
import { FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION, constraintOf, sqlstateOf } from '../sqlstate.ts';

/** What never changes about a wallet. */
export interface WalletFacts {
  readonly id: string;
  readonly assetId: number;
  /** Its main account, which holds its balance. */
  readonly accountId: bigint;
}

/** The current state of a wallet. */
export interface Wallet extends Omit<WalletFacts, 'accountId'> {
  readonly clientId: string | null;
  readonly status: WalletStatus;
  /** The balance of its main account, without what holds have set aside. */
  readonly balance: bigint;
  /** What its holds have set aside. */
  readonly held: bigint;
  /** How far below zero the balance may go. */
  readonly creditLimit: bigint;
  readonly version: bigint;
  readonly pendingOperations: bigint;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type CreatedWallet = 'created' | 'wallet_exists' | 'client_has_wallet' | 'client_not_found';

/** Creates a wallet and its account, both or neither. */
export async function createWallet(
  database: Queryable,
  wallet: { id: string; clientId: string | null; assetId: number },
): Promise<CreatedWallet> {
  try {
    await database.query({
      name: 'createWallet',
      text: `WITH wallet AS (
               INSERT INTO wallets (id, client_id, asset_id) VALUES ($1, $2, $3) RETURNING id, asset_id
             )
             INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM wallet`,
      values: [wallet.id, wallet.clientId, wallet.assetId],
    });
    return 'created';
  } catch (error) {
    const constraint = constraintOf(error);
    if (sqlstateOf(error) === UNIQUE_VIOLATION) {
      return constraint === 'wallets_client_id_asset_id_key' ? 'client_has_wallet' : 'wallet_exists';
    }
    if (sqlstateOf(error) === FOREIGN_KEY_VIOLATION && constraint === 'wallets_client_id_fkey') {
      return 'client_not_found';
    }
    throw error;
  }
}

/** The facts of the wallets that exist. */
export async function findWalletFacts(database: Queryable, ids: readonly string[]): Promise<WalletFacts[]> {
  const { rows } = await database.query<WalletFacts>({
    name: 'findWalletFacts',
    text: `SELECT wallet_id AS id, asset_id AS "assetId", id AS "accountId" FROM accounts WHERE wallet_id = ANY ($1::uuid[])`,
    values: [arrayLiteral(ids)],
  });
  return rows;
}

/** Counting of pending operations stops here. */
const PENDING_COUNTED = 10_000;

/** Each OFFSET 0 keeps a look-up by key from becoming a join of whole tables, which it did after 100,000 operations. */
const SELECT_WALLET = `
  SELECT wallets.id, wallets.asset_id AS "assetId", wallets.client_id AS "clientId", accounts.status,
         accounts.balance::bigint AS balance, coalesce(held.balance, 0)::bigint AS held,
         accounts.credit_limit AS "creditLimit", accounts.version,
         wallets.created_at AS "createdAt", greatest(accounts.updated_at, held.updated_at) AS "updatedAt",
         (SELECT count(*) FROM (
            SELECT 1 FROM pending_operations WHERE wallet_id = wallets.id
            UNION ALL
            SELECT 1 FROM batch_parts CROSS JOIN LATERAL (
              SELECT id FROM operations
              WHERE (wallet_id, id) > (wallets.id, after_id) AND (wallet_id, id) <= (wallets.id, last_id)
              OFFSET 0
            ) AS operations ${LEFT_JOIN_ENDED}
            WHERE batch_parts.open AND ${HAS_NOT_ENDED}
            LIMIT ${PENDING_COUNTED}
          ) AS waiting) AS "pendingOperations"
  FROM wallets JOIN accounts ON accounts.wallet_id = wallets.id
  LEFT JOIN LATERAL (SELECT balance, updated_at FROM accounts WHERE held_of = wallets.id OFFSET 0) AS held ON true`;

export async function findWallet(database: Queryable, id: string): Promise<Wallet | null> {
  const { rows } = await database.query<Wallet>({
    name: 'findWallet',
    text: `${SELECT_WALLET} WHERE wallets.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Which wallets; the page begins after the id `after`. */
export interface WalletFilter {
  readonly clientId: string | null;
  readonly assetId: number | null;
  readonly status: WalletStatus | null;
  readonly after: string | null;
}

/** At most `limit` wallets sorted by id. Those of the page are found first: each costs several look-ups. */
export async function listWallets(database: Queryable, filter: WalletFilter, limit: number): Promise<Wallet[]> {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  // The status is filtered where it is stored; the other columns are available there too.
  const [table, key] = filter.status === null ? ['wallets', 'id'] : ['accounts', 'wallet_id'];
  const conditions = [`${key} IS NOT NULL`];
  if (filter.status !== null) conditions.push(`status = ${parameter(filter.status)}`);
  if (filter.assetId !== null) conditions.push(`asset_id = ${parameter(filter.assetId)}`);
  if (filter.after !== null) conditions.push(`${key} > ${parameter(filter.after)}`);
  if (filter.clientId !== null) {
    conditions.push(`${key} IN (SELECT id FROM wallets WHERE client_id = ${parameter(filter.clientId)})`);
  }
  const page = `SELECT ${key} FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY ${key} LIMIT ${parameter(limit)}`;
  const { rows } = await database.query<Wallet>(
    `${SELECT_WALLET} WHERE wallets.id = ANY (ARRAY(${page})) ORDER BY wallets.id`,
    values,
  );
  return rows;
}

/** The wallets of the clients, each client's in the order of assets. */
export async function listWalletsOf(database: Queryable, clientIds: readonly string[]): Promise<Wallet[]> {
  const { rows } = await database.query<Wallet>({
    name: 'listWalletsOf',
    text: `${SELECT_WALLET} WHERE wallets.client_id = ANY ($1::uuid[]) ORDER BY wallets.client_id, wallets.asset_id`,
    values: [arrayLiteral(clientIds)],
  });
  return rows;
}

/** A wallet at the end of a millisecond. */
interface PastWallet {
  readonly balance: bigint;
  readonly held: bigint;
  readonly version: bigint;
  /** By the database's clock, which also dates the entries. */
  readonly isFuture: boolean;
  /** The end of the archived history, if the time lies before it; then the rest is not of that time. */
  readonly archivedBefore: Date | null;
}

/** A wallet's balances and version at the end of a millisecond; all 0 before its first entry. */
export async function findWalletAt(database: Queryable, id: string, moment: Date): Promise<PastWallet | null> {
  const { rows } = await database.query<PastWallet>({
    name: 'findWalletAt',
    text: `SELECT coalesce(max(coalesce(entries.balance, archived.balance)) FILTER (WHERE is_main), 0)::bigint AS balance,
                  coalesce(max(coalesce(entries.balance, archived.balance)) FILTER (WHERE NOT is_main), 0)::bigint AS held,
                  coalesce(max(past.version) FILTER (WHERE is_main), 0) AS version,
                  $2::timestamptz > clock_timestamp() AS "isFuture",
                  max(archived.moved_at) FILTER (WHERE past.version IS NULL) AS "archivedBefore"
           FROM (
             SELECT id, wallet_id IS NOT NULL AS is_main,
                    version_at(id, $2::timestamptz + interval '999 microseconds') AS version
             FROM accounts WHERE wallet_id = $1 OR held_of = $1 OFFSET 0
           ) AS past
           LEFT JOIN LATERAL (
             SELECT balance FROM entries WHERE account_id = past.id AND version = past.version OFFSET 0
           ) AS entries ON true
           LEFT JOIN archive_checkpoints AS archived ON archived.account_id = past.id
           HAVING count(*) > 0`,
    values: [id, moment],
  });
  return rows[0] ?? null;
}

export type ChangedStatus = 'changed' | 'unchanged' | 'wallet_not_found' | 'wallet_closed' | 'wallet_not_empty';

/**
 * Changes a wallet's status, in a transaction. It waits for the account's lock, so no operation that is applied after
 * this returns sees the previous status. A closed wallet stays closed; only an empty one without held amounts can be
 * closed.
 */
export async function changeWalletStatus(
  database: Queryable,
  id: string,
  status: WalletStatus,
): Promise<ChangedStatus> {
  await lockWallet(database, id);
  const { rows } = await database.query<{ outcome: ChangedStatus }>({
    name: 'changeWalletStatus',
    text: `WITH account AS MATERIALIZED (
             SELECT id, status, balance, coalesce((SELECT balance FROM accounts WHERE held_of = $1), 0) AS held
             FROM accounts WHERE wallet_id = $1
           ), judged AS (
             SELECT id, CASE WHEN status = $2 THEN 'unchanged'
                             WHEN status = 'closed' THEN 'wallet_closed'
                             WHEN $2 = 'closed' AND (balance <> 0 OR held <> 0) THEN 'wallet_not_empty'
                             ELSE 'changed' END AS outcome
             FROM account
           ), changed AS (
             UPDATE accounts SET status = $2, updated_at = statement_timestamp() FROM judged
             WHERE accounts.id = judged.id AND judged.outcome = 'changed'
           )
           SELECT outcome FROM judged`,
    values: [id, status],
  });
  return rows[0]?.outcome ?? 'wallet_not_found';
}

/**
 * Locks a wallet's account until the transaction ends. The wallet's held balance only changes under this lock; a
 * statement that begins afterwards sees all of it, while one that itself waited for the lock would see the balance from
 * when it began.
 */
async function lockWallet(database: Queryable, id: string): Promise<void> {
  await database.query({
    name: 'lockWallet',
    text: 'SELECT FROM accounts WHERE wallet_id = $1 FOR UPDATE',
    values: [id],
  });
}

export type ChangedCreditLimit = 'changed' | 'unchanged' | 'wallet_not_found' | 'wallet_closed' | 'credit_in_use';

/**
 * Changes how far below zero a wallet may go. It waits for the account's lock, so it has a place among the operations
 * of the wallet: those applied after this returns are subject to the new limit.
 * @returns also the previous limit.
 */
export async function changeCreditLimit(
  database: Queryable,
  id: string,
  limit: bigint,
): Promise<{ outcome: ChangedCreditLimit; before: bigint }> {
  const { rows } = await database.query<{ outcome: ChangedCreditLimit; before: bigint }>({
    name: 'changeCreditLimit',
    text: `WITH account AS MATERIALIZED (
             SELECT id, status, balance, credit_limit FROM accounts WHERE wallet_id = $1 FOR UPDATE
           ), judged AS (
             SELECT id, credit_limit, CASE WHEN status = 'closed' THEN 'wallet_closed'
                                           WHEN credit_limit = $2 THEN 'unchanged'
                                           WHEN balance < -$2::bigint THEN 'credit_in_use'
                                           ELSE 'changed' END AS outcome
             FROM account
           ), changed AS (
             UPDATE accounts SET credit_limit = $2, updated_at = statement_timestamp() FROM judged
             WHERE accounts.id = judged.id AND judged.outcome = 'changed'
           )
           SELECT outcome, credit_limit AS before FROM judged`,
    values: [id, limit],
  });
  return rows[0] ?? { outcome: 'wallet_not_found', before: 0n };
}

/** A wallet to create for a client. */
export interface NewWallet extends Omit<WalletFacts, 'accountId'> {
  readonly clientId: string;
}

/** A user's wallet of an asset; `walletId` is null as long as there is none. */
export interface UserWallet {
  readonly login: string;
  readonly assetId: number;
  readonly clientId: string;
  readonly walletId: string | null;
}

/** The wallets of users, for each the one of the asset; users who do not exist are missing. */
export async function findUserWallets(
  database: Queryable,
  users: readonly { readonly login: string; readonly assetId: number }[],
): Promise<UserWallet[]> {
  const { rows } = await database.query<UserWallet>({
    name: 'findUserWallets',
    text: `SELECT clients.login, wanted.asset_id AS "assetId", clients.id AS "clientId", wallets.id AS "walletId"
           FROM unnest($1::text[], $2::smallint[]) AS wanted (login, asset_id)
           JOIN clients ON clients.login = wanted.login
           LEFT JOIN wallets ON wallets.client_id = clients.id AND wallets.asset_id = wanted.asset_id`,
    values: [users.map(({ login }) => login), arrayLiteral(users.map(({ assetId }) => assetId))],
  });
  return rows;
}

/**
 * Creates the wallets that do not exist, with their accounts.
 * @returns whether all exist now as requested: a client may have another wallet of the asset, and a wallet of another
 * client may have the id, which is predictable.
 */
export async function createWallets(database: Queryable, wallets: readonly NewWallet[]): Promise<boolean> {
  await database.query(CREATE_WALLETS({ given: wallets }));
  const { rowCount } = await database.query(FIND_OTHER_WALLETS({ given: wallets }));
  return rowCount === 0;
}

const GIVEN_WALLETS = rowset<NewWallet>({
  id: ['uuid', ({ id }) => id],
  client_id: ['uuid', ({ clientId }) => clientId],
  asset_id: ['smallint', ({ assetId }) => assetId],
});

const CREATE_WALLETS = wideStatement({
  name: 'createWallets',
  sets: { given: GIVEN_WALLETS },
  text: ({ given }) => `WITH made AS (
             INSERT INTO wallets (id, client_id, asset_id)
             SELECT DISTINCT id, client_id, asset_id FROM ${given.rows}
             ORDER BY id
             ON CONFLICT DO NOTHING
             RETURNING id, asset_id
           )
           INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made`,
});

const FIND_OTHER_WALLETS = wideStatement({
  name: 'findOtherWallets',
  sets: { given: GIVEN_WALLETS },
  text: ({ given }) => `SELECT FROM ${given.rows} LEFT JOIN wallets ON wallets.id = given.id
           WHERE (wallets.client_id, wallets.asset_id) IS DISTINCT FROM (given.client_id, given.asset_id)
           LIMIT 1`,
});

/** The client's wallet of an asset; null if there is none. */
export async function findClientWallet(database: Queryable, clientId: string, assetId: number): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>({
    name: 'findClientWallet',
    text: 'SELECT id FROM wallets WHERE client_id = $1 AND asset_id = $2',
    values: [clientId, assetId],
  });
  return rows[0]?.id ?? null;
}
