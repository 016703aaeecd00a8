import { randomUUID } from 'node:crypto';
import { type Client, type Database, createPool } from '@wallet/shared/database/pool';
import { lineId, newBatchId } from '@wallet/shared/words/batch';
import { newId } from '@wallet/shared/words/ids';
import type { OperationType } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import { copyDatabase, createTestDatabase } from './test-database.ts';

/**
 * A ledger of operations with terms, as rows that are written by hand: so it can be as wrong as it wants to. Accounts are named
 * `A`, `A.held` (what is held of the wallet `A`), `A.treasury` (that of its partition and asset), or by the name of a house account.
 */
export interface TermsLedger {
  readonly database: Database;
  readonly databaseUrl: string;
  /** The wallet of a name. */
  readonly wallet: (name: string) => string;
  readonly account: (name: string) => bigint;
  /** The id of the operation that was given a name. */
  readonly operation: (name: string) => string;
  /** Accepts an operation and applies it, with the movements that are given. */
  readonly apply: (type: OperationType, wallet: string, more: Applied) => Promise<string>;
  /** Accepts an operation that fails. */
  readonly fail: (type: OperationType, wallet: string, code: string, more: Applied) => Promise<string>;
  /** A batch that is finished: lines of one wallet. */
  readonly batch: (wallet: string, lines: readonly (Applied & { type: OperationType })[]) => Promise<string>;
  /** A ledger of its own with the same rows, after this one was stopped. */
  readonly copy: () => Promise<TermsLedger>;
  readonly stop: () => Promise<void>;
}

/** From one account to another; the legs of an operation are numbered in their order. */
type Move = readonly [from: string, to: string, amount: number];

interface Applied {
  /** By which the operation can be asked for. */
  readonly as?: string;
  readonly amount?: number;
  /** The name of an operation. */
  readonly target?: string;
  /** Wallet or house account to which a capture goes. */
  readonly to?: string;
  readonly final?: boolean;
  readonly expiresAt?: string;
  readonly reason?: 'expired';
  readonly moves?: readonly Move[];
  readonly legs?: readonly Move[];
}

interface Account {
  readonly id: bigint;
  readonly assetId: number;
}

const ASSETS: Readonly<Record<string, number>> = { G: 1 };
const USD = 4;

export async function startTermsLedger(): Promise<TermsLedger> {
  const { databaseUrl } = await createTestDatabase();
  const database = connect(databaseUrl);
  const { rows } = await database.query<{ partitions: number }>(
    `SELECT partitions, add_house_account('fees', false), add_house_account('exchange', true) FROM settings`,
  );
  const { partitions } = rows[0]!;
  const known: Known = { partitions, wallets: new Map(), operations: new Map(), accounts: new Map() };
  for (const name of ['A', 'B', 'G']) {
    const id = newId();
    known.wallets.set(name, id);
    for (const [account, opened] of await openWallet(database, { name, id, partition: partitionOf(id, partitions) }))
      known.accounts.set(account, opened);
  }
  const house = await database.query<Account & { name: string }>(
    `SELECT accounts.id, system || CASE asset_id WHEN 1 THEN '.gold' ELSE '' END AS name, asset_id AS "assetId"
     FROM accounts WHERE system <> 'treasury' AND asset_id IN (1, ${USD})`,
  );
  for (const { name, ...account } of house.rows) known.accounts.set(name, account);
  return ledgerOf(databaseUrl, database, known);
}

const connect = (url: string): Database => createPool({ url, name: 'test', size: 2, onError: () => undefined });

function ledgerOf(databaseUrl: string, database: Database, known: Known): TermsLedger {
  return {
    ...{ database, databaseUrl },
    wallet: (name) => found(known.wallets, name),
    account: (name) => found(known.accounts, name).id,
    operation: (name) => found(known.operations, name),
    apply: (type, wallet, more) => inReplica(database, (client) => write(client, known, { type, wallet, ...more })),
    fail: (type, wallet, code, more) =>
      inReplica(database, (client) => write(client, known, { type, wallet, code, ...more })),
    batch: (wallet, lines) => inReplica(database, (client) => writeBatch(client, known, { wallet, lines })),
    copy: async () => {
      const copied = await copyDatabase(databaseUrl);
      return ledgerOf(copied, connect(copied), known);
    },
    stop: () => database.end(),
  };
}

interface Known {
  readonly partitions: number;
  readonly wallets: Map<string, string>;
  readonly operations: Map<string, string>;
  readonly accounts: Map<string, Account>;
}

function found<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

async function openWallet(
  database: Database,
  { name, id, partition }: { name: string; id: string; partition: number },
): Promise<[string, Account][]> {
  const assetId = ASSETS[name] ?? USD;
  const { rows } = await database.query<{ main: bigint; held: bigint; treasury: bigint }>(
    `WITH wallet AS (INSERT INTO wallets (id, asset_id) VALUES ($1, $2)),
          main AS (INSERT INTO accounts (wallet_id, asset_id) VALUES ($1, $2) RETURNING id),
          held AS (INSERT INTO accounts (held_of, asset_id) VALUES ($1, $2) RETURNING id)
     SELECT main.id AS main, held.id AS held, treasury.id AS treasury
     FROM main, held, accounts AS treasury
     WHERE system = 'treasury' AND treasury.asset_id = $2 AND partition = $3`,
    [id, assetId, partition],
  );
  const { main, held, treasury } = rows[0]!;
  return [
    [name, { id: main, assetId }],
    [`${name}.held`, { id: held, assetId }],
    [`${name}.treasury`, { id: treasury, assetId }],
  ];
}

async function inReplica<Result>(database: Database, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await database.connect();
  try {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

interface Written extends Applied {
  readonly type: OperationType;
  readonly wallet: string;
  readonly code?: string;
  readonly line?: { readonly id: string; readonly batchId: string; readonly number: number };
}

const SIMPLE = ['deposit', 'withdraw', 'transfer'];

async function write(client: Client, known: Known, draft: Written): Promise<string> {
  const { type, wallet, amount, line, moves = [], legs = [] } = draft;
  const id = line?.id ?? newId();
  if (draft.as !== undefined) known.operations.set(draft.as, id);
  const walletId = found(known.wallets, wallet);
  const toWallet = draft.to === undefined ? undefined : known.wallets.get(draft.to);
  await client.query(
    `INSERT INTO operations (id, seq, wallet_id, to_wallet_id, amount, created_at, asset_id, type, priority, batch_id, line)
     VALUES ($1, CASE WHEN $7::uuid IS NULL THEN nextval('operation_seq') END, $2, $3, $4, now(), $5, $6, 'high', $7, $8)`,
    [
      ...[id, walletId, toWallet, amount, found(known.accounts, wallet).assetId, type],
      ...[line?.batchId, line?.number],
    ],
  );
  if (!SIMPLE.includes(type)) await writeTerms(client, known, id, draft);
  for (const [leg, [from, to, moved]] of legs.entries())
    await client.query('INSERT INTO operation_legs VALUES ($1, $2, $3, $4, $5, $6)', [
      ...[id, leg, found(known.accounts, from).id, found(known.accounts, to).id, moved],
      found(known.accounts, from).assetId,
    ]);
  if (draft.code !== undefined)
    await client.query(
      `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version)
       SELECT $1, $2, balance, version FROM accounts WHERE wallet_id = $3`,
      [id, draft.code, walletId],
    );
  const applied = draft.code === undefined && moves.length === 0 ? legs : moves;
  const numbered = applied.map((move, leg) => ({ leg, move }));
  for (const { leg, move } of type === 'reversal' ? numbered.reverse() : numbered)
    await writeMovement(client, known, { id, leg, move });
  if (draft.code === undefined) await writeSums(client, known, { id, walletId, draft, moves: applied });
  return id;
}

async function writeTerms(client: Client, known: Known, id: string, draft: Written): Promise<void> {
  const { type, target, to, final, legs } = draft;
  const toAccount = to === undefined || known.wallets.has(to) ? undefined : found(known.accounts, to).id;
  await client.query(
    `INSERT INTO operation_terms (operation_id, target_id, to_account_id, final, expires_at, reason, legs)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[id, target === undefined ? undefined : found(known.operations, target), toAccount],
      ...[type === 'capture' ? (final ?? true) : undefined, draft.expiresAt, draft.reason, legs?.length],
    ],
  );
}

async function writeMovement(
  client: Client,
  known: Known,
  { id, leg, move: [from, to, amount] }: { id: string; leg: number; move: Move },
): Promise<void> {
  const [lost, gained] = [found(known.accounts, from), found(known.accounts, to)];
  await client.query(
    `INSERT INTO movements (operation_id, leg, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                            amount, asset_id)
     SELECT $1, $2, lost.id, lost.version + 1, lost.balance - $5, gained.id, gained.version + 1, gained.balance + $5, $5, $6
     FROM accounts AS lost, accounts AS gained WHERE lost.id = $3 AND gained.id = $4`,
    [id, leg, lost.id, gained.id, amount, lost.assetId],
  );
  await client.query(
    `UPDATE accounts SET version = version + 1, balance = balance + CASE id WHEN $2 THEN -$4::bigint ELSE $4::bigint END,
            last_operation_id = $1 WHERE id IN ($2, $3)`,
    [id, lost.id, gained.id, amount],
  );
}

interface Ended {
  readonly id: string;
  readonly walletId: string;
  readonly draft: Written;
  readonly moves: readonly Move[];
}

async function writeSums(client: Client, known: Known, { id, walletId, draft, moves }: Ended): Promise<void> {
  const { type, target } = draft;
  const [first = 0, ...others] = moves.map(([, , amount]) => amount);
  const rest = others.reduce((sum, amount) => sum + amount, 0);
  const targetId = target === undefined ? undefined : found(known.operations, target);
  if (type === 'hold')
    await client.query('INSERT INTO holds (operation_id, wallet_id, amount, expires_at) VALUES ($1, $2, $3, $4)', [
      ...[id, walletId, draft.amount, draft.expiresAt],
    ]);
  if (type === 'capture')
    await client.query('UPDATE holds SET captured = captured + $2, released = released + $3 WHERE operation_id = $1', [
      targetId,
      first,
      rest,
    ]);
  if (type === 'release')
    await client.query('UPDATE holds SET released = released + $2 WHERE operation_id = $1', [targetId, first]);
  if (type === 'reversal')
    await client.query(
      `INSERT INTO reversed_operations (operation_id, amount, reversed)
       SELECT id, (SELECT sum(amount) FROM movements WHERE operation_id = id AND (leg = 0 OR type <> 'capture')), $2
       FROM operations WHERE id = $1
       ON CONFLICT (operation_id) DO UPDATE SET reversed = reversed_operations.reversed + excluded.reversed`,
      [targetId, first + rest],
    );
}

async function writeBatch(
  client: Client,
  known: Known,
  { wallet, lines }: { wallet: string; lines: readonly (Applied & { type: OperationType })[] },
): Promise<string> {
  const batchId = newBatchId();
  const partition = partitionOf(found(known.wallets, wallet), known.partitions);
  const last = lineId(batchId, partition, lines.length);
  await client.query(
    `INSERT INTO batches (id, seq, total, replayed, idempotency_key, request_hash, priority, atomic, accepted_at, open_parts, finished_at)
     VALUES ($1, nextval('operation_seq'), $2, 0, $3, sha256('batch'), 'high', false, now(), 0, now())`,
    [batchId, lines.length, randomUUID()],
  );
  await client.query('INSERT INTO batch_parts (batch_id, partition, after_id, last_id) VALUES ($1, $2, $3, $3)', [
    ...[batchId, partition, last],
  ]);
  const amount = lines.reduce((sum, line) => sum + (line.amount ?? 0), 0);
  await client.query(
    `INSERT INTO batch_totals (batch_id, partition, asset_id, lines, amount, succeeded, succeeded_amount, failed, failed_amount)
     VALUES ($1, $2, $3, $4, $5, $4, $5, 0, 0)`,
    [batchId, partition, found(known.accounts, wallet).assetId, lines.length, amount],
  );
  for (const [index, line] of lines.entries())
    await write(client, known, {
      ...{ wallet, ...line },
      line: { id: lineId(batchId, partition, index + 1), batchId, number: index + 1 },
    });
  return batchId;
}
