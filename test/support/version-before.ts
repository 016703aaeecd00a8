import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import type { Database } from '@wallet/shared/database/pool';
import { runMigrations } from '@wallet/shared/database/migrate/run-migrations';
import { inTransaction } from '@wallet/shared/database/transaction';
import { newId } from '@wallet/shared/words/ids';

/**
 * Brings a database to the schema of an earlier version: up to `newest`, with one partition. The law is that of the
 * migrations.
 */
export async function migrateUpTo(database: Database, newest: number): Promise<void> {
  const folder = mkdtempSync(`${tmpdir()}/wallet-migrations-`);
  const isAsked = (file: string): boolean => Number(/(\d{4})_\w+\.sql$/.exec(file)?.[1] ?? 0) <= newest;
  const client = await database.connect();
  try {
    cpSync(MIGRATIONS_FOLDER, folder, { recursive: true, filter: isAsked });
    rmSync(`${folder}/repeatable`, { recursive: true });
    const finish = async (): Promise<void> => {
      await client.query(
        `INSERT INTO settings (partitions) VALUES (1) ON CONFLICT DO NOTHING;
         INSERT INTO accounts (system, asset_id, partition) SELECT 'treasury', id, 0 FROM assets ON CONFLICT DO NOTHING`,
      );
    };
    await runMigrations(client, folder, finish, () => undefined);
  } finally {
    client.release(true);
    rmSync(folder, { recursive: true });
  }
}

interface Asked {
  readonly id: string;
  readonly type: 'deposit' | 'withdraw' | 'transfer';
  readonly wallet: string;
  readonly receiver: string | null;
  readonly amount: bigint;
  readonly key: string | null;
}

/** A mixture of client requests, over the wallets in turn. Some are refused because of their amounts. */
export function askFor(wallets: readonly string[], count: number): Asked[] {
  return Array.from({ length: count }, (_, index) => {
    const id = newId();
    const type = (['deposit', 'withdraw', 'transfer', 'withdraw', 'deposit'] as const)[index % 5] ?? 'deposit';
    const wallet = wallets[index % wallets.length] ?? '';
    const receiver = type === 'transfer' ? (wallets[(index + 1) % wallets.length] ?? '') : null;
    return {
      id,
      type,
      wallet,
      receiver,
      amount: BigInt(1 + ((index * 7) % 90)),
      key: index % 3 === 0 ? `k-${id}` : null,
    };
  });
}

/** As the API at migration 10 accepted. */
export async function acceptAsBefore(database: Database, asked: readonly Asked[]): Promise<void> {
  await database.query(
    `WITH asked AS (
       SELECT *, nextval('operation_seq') AS seq
       FROM jsonb_to_recordset($1) AS (id uuid, type text, wallet uuid, receiver uuid, amount bigint, key text)
     ), accepted AS (
       INSERT INTO operations (id, seq, wallet_id, asset_id, type, amount, priority, idempotency_key, request_hash,
                               to_wallet_id, created_at)
       SELECT id, seq, wallet, 4, type, amount, 'high', key,
              CASE WHEN key IS NOT NULL THEN sha256(convert_to(key || amount, 'UTF8')) END, receiver, clock_timestamp()
       FROM asked
       ON CONFLICT DO NOTHING
       RETURNING id, created_at
     )
     INSERT INTO pending_operations (partition, low, seq, operation_id, wallet_id, accepted_at)
     SELECT 0, false, seq, id, wallet, created_at FROM asked JOIN accepted USING (id)`,
    [JSON.stringify(asked, plain)],
  );
}

interface Account {
  readonly id: bigint;
  balance: bigint;
  version: bigint;
}

/** As a worker at migration 10 applied, in one statement. @returns how many operations. */
export async function drainAsBefore(database: Database, limit: number): Promise<number> {
  return inTransaction(database, async (client) => {
    const { rows: pending } = await client.query<Omit<Asked, 'key'> & { seq: bigint }>(
      `SELECT operations.id, operations.seq, type, operations.wallet_id AS wallet, to_wallet_id AS receiver, amount
       FROM pending_operations JOIN operations ON operations.id = operation_id
       ORDER BY pending_operations.seq LIMIT $1 FOR UPDATE OF pending_operations`,
      [limit],
    );
    const { rows: locked } = await client.query<Account & { wallet: string | null }>(
      `SELECT id, wallet_id AS wallet, balance::bigint AS balance, version FROM accounts
       WHERE wallet_id = ANY ($1) OR system = 'treasury' AND asset_id = 4 ORDER BY id FOR UPDATE`,
      [pending.flatMap(({ wallet, receiver }) => [wallet, receiver ?? wallet])],
    );
    await client.query(
      `WITH done AS (
         DELETE FROM pending_operations WHERE seq = ANY ($1)
       ), moved AS (
         UPDATE accounts SET balance = reached.balance, version = reached.version, updated_at = statement_timestamp()
         FROM jsonb_to_recordset($2) AS reached (id bigint, balance numeric, version bigint)
         WHERE accounts.id = reached.id AND accounts.version <> reached.version
       ), posted AS (
         INSERT INTO entries (account_id, version, operation_id, amount, balance, asset_id)
         SELECT account, version, operation, amount, balance, 4
         FROM jsonb_to_recordset($3) AS (account bigint, version bigint, operation uuid, amount bigint, balance numeric)
       )
       INSERT INTO outcomes (operation_id, status, error_code, wallet_balance, wallet_version, to_wallet_balance,
                             to_wallet_version)
       SELECT operation, CASE WHEN code IS NULL THEN 'succeeded' ELSE 'failed' END, code, balance, version, to_balance, to_version
       FROM jsonb_to_recordset($4) AS (operation uuid, code text, balance bigint, version bigint, to_balance bigint,
                                       to_version bigint)`,
      [pending.map(({ seq }) => seq), ...planAsBefore(pending, locked).map((rows) => JSON.stringify(rows, plain))],
    );
    return pending.length;
  });
}

/** @returns the final accounts, the entries, and the outcomes. */
function planAsBefore(
  pending: readonly Omit<Asked, 'key'>[],
  locked: readonly (Account & { wallet: string | null })[],
): [Account[], object[], object[]] {
  const accounts = new Map(locked.map(({ id, wallet, balance, version }) => [wallet, { id, balance, version }]));
  const of = (wallet: string | null): Account => {
    const account = accounts.get(wallet);
    if (account === undefined) throw new Error(`${wallet} has no account`);
    return account;
  };
  const entries: object[] = [];
  const outcomes = pending.map(({ id, type, wallet, receiver, amount }) => {
    const [own, other] = [of(wallet), of(receiver)];
    const change = type === 'deposit' ? amount : -amount;
    const code = own.balance + change < 0n ? 'insufficient_funds' : null;
    if (code === null)
      for (const [account, by] of [
        [own, change],
        [other, -change],
      ] as const) {
        account.balance += by;
        account.version += 1n;
        const { id: number, version, balance } = account;
        entries.push({ account: number, version, operation: id, amount: by, balance });
      }
    const to = receiver === null ? null : other;
    return {
      ...{ operation: id, code, balance: own.balance, version: own.version },
      ...{ to_balance: to?.balance ?? null, to_version: to?.version ?? null },
    };
  });
  return [[...accounts.values()], entries, outcomes];
}

const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
