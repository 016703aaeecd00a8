import type { Database } from '@wallet/shared/database/pool';
import { constraintOf, sqlstateOf } from '@wallet/shared/database/sqlstate';
import { partitionOf } from '@wallet/shared/words/partition';
import { type Service, startService } from './service.ts';
import { createFundedWallet, operate } from './wallets.ts';

/**
 * A ledger with a little history, and statements about it that are as wrong as code can be. A wallet is at version 2
 * and 15.00, its treasury at version 2 and -15.00; a withdrawal from it has failed.
 */
export interface LawRig {
  readonly service: Service;
  readonly wallet: string;
  readonly partition: number;
  readonly account: bigint;
  readonly treasury: bigint;
  /** Two treasuries of another asset. */
  readonly others: readonly [bigint, bigint];
  /** Ended operations of the wallet: its first deposit, a second one, and a withdrawal of 12.00 that failed. */
  readonly ended: { readonly first: string; readonly applied: string; readonly failed: string };
}

export async function startLawRig(): Promise<LawRig> {
  const service = await startService();
  const { database, url, partitions } = service;
  const wallet = await createFundedWallet(url, '10.00');
  const failed = await operate(url, wallet, 'WITHDRAW', '12.00');
  const applied = await operate(url, wallet, 'DEPOSIT', '5.00');
  const { rows } = await database.query<{ id: string; from: bigint; to: bigint }>(
    `SELECT operation_id AS id, from_account_id AS from, to_account_id AS to
     FROM movements JOIN accounts ON accounts.id = to_account_id WHERE wallet_id = $1 ORDER BY to_version LIMIT 1`,
    [wallet],
  );
  const { id: first, from: treasury, to: account } = rows[0]!;
  const found = await database.query<{ id: bigint }>(
    `SELECT id FROM accounts WHERE system = 'treasury' AND asset_id = 1 LIMIT 2`,
  );
  return {
    ...{ service, wallet, account, treasury },
    partition: partitionOf(wallet, partitions),
    others: [found.rows[0]!.id, found.rows[1]!.id],
    ended: { first, applied: String(applied['id']), failed: String(failed['id']) },
  };
}

/** The database's error for statements in one transaction, which is rolled back; null if it accepts them. */
export async function errorOf(database: Database, sql: string): Promise<Error | null> {
  const client = await database.connect();
  try {
    // Constraints deferred to COMMIT are checked here: there is none.
    await client.query(`BEGIN; ${sql}; SET CONSTRAINTS ALL IMMEDIATE`);
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** The constraint that refuses the statements, or else the SQLSTATE. */
export async function refusalOf(database: Database, sql: string): Promise<string> {
  const error = await errorOf(database, sql);
  return error === null ? 'accepted' : (constraintOf(error) ?? sqlstateOf(error) ?? error.message);
}

/** Ids of operations that do not exist yet. */
export const IDS = [1, 2, 3, 4, 5, 6].map((n) => `0192aaaa-0000-7000-8000-00000000000${n}`);
const [ID] = IDS as [string];

interface Accepted {
  readonly of?: string;
  readonly type?: string;
  readonly amount?: number;
  readonly asset?: number;
  readonly waitsIn?: number;
  readonly key?: string;
  /** The rows that keep its key. */
  readonly keys?: readonly string[];
}

/** An operation is accepted, with what keeps its key, in one statement. */
export function accept({ wallet, partition }: LawRig, more: Accepted = {}): string {
  const { of = ID, type = 'deposit', amount = 100, asset = 4, waitsIn = partition, key, keys = [] } = more;
  const seq = 1_000_000 + IDS.indexOf(of);
  const kept = keys.length > 0 ? `kept AS (${keepKeys(...keys)}), ` : '';
  return `WITH ${kept}queued AS (
            INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
            VALUES (${waitsIn}, ${seq}, '${of}', '${wallet}', now())
          )
          INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority, idempotency_key)
          VALUES ('${of}', ${seq}, '${wallet}', ${amount}, now(), ${asset}, '${type}', 'high',
                  ${key === undefined ? 'NULL' : `'${key}'`})`;
}

export const keyRow = (key: string, of = ID): string =>
  `(encode(substr(sha256('${key}'), 1, 16), 'hex')::uuid, '${of}', gen_random_uuid())`;
export const keepKeys = (...rows: string[]): string =>
  `INSERT INTO operation_keys (key_hash, operation_id, request_hash) VALUES ${rows.join(', ')}`;

/** An account with the version and the balance after a movement. */
type Side = readonly [account: bigint, version: number, balance: number | string];

/** A movement to insert; by default the lawful one of a deposit of 1.00. */
export interface Posted {
  readonly from?: Side;
  readonly to?: Side;
  readonly of?: string;
  readonly amount?: number;
  readonly asset?: number;
  readonly leg?: number;
}

export function post({ account, treasury }: LawRig, ...movements: readonly Posted[]): string {
  const rows = movements.map(({ from, to, of = ID, leg = 0, amount = 100, asset = 4 }) => {
    const sides = [...(from ?? [treasury, 3, -1600]), ...(to ?? [account, 3, 1600])];
    return `('${of}', ${[leg, amount, asset, ...sides].join(', ')})`;
  });
  return `INSERT INTO movements (operation_id, leg, amount, asset_id, from_account_id, from_version, from_balance,
                                 to_account_id, to_version, to_balance)
          VALUES ${rows.join(', ')}`;
}

export const fail = (of = ID): string =>
  `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${of}', 'x', 0, 0)`;

export const move = (account: bigint, change: number, by = ID, versions = 1): string =>
  `UPDATE accounts SET balance = balance + ${change}, version = version + ${versions}, last_operation_id = '${by}'
   WHERE id = ${account}`;

/** One statement that does all of these, the last of them at its top. */
export function together(...statements: string[]): string {
  const others = statements.slice(0, -1).map((each, index) => `s${index} AS (${each})`);
  return `${others.length > 0 ? `WITH ${others.join(', ')} ` : ''}${statements.at(-1)}`;
}

/** Operations are accepted, and a worker takes them out of the queue and runs the statements, all in one. */
export function apply(rig: LawRig, operations: readonly Accepted[], ...statements: string[]): string {
  return `RESET ROLE; ${operations.map((each) => accept(rig, each)).join('; ')}; SET LOCAL ROLE wallet_worker;
          ${together('DELETE FROM pending_operations', ...statements)}`;
}

/** A deposit of 1.00 is accepted and applied: lawfully, except for the given values. */
export function deposit(rig: LawRig, { moves, accepted = {}, more = [], ...posted }: Deposited = {}): string {
  const both = [move(rig.account, 100), move(rig.treasury, -100)];
  return apply(rig, [accepted], ...(moves ?? both), ...more, post(rig, posted));
}
interface Deposited extends Posted {
  readonly accepted?: Accepted;
  /** What happens to the accounts. */
  readonly moves?: readonly string[];
  readonly more?: readonly string[];
}
