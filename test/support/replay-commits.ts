import type { Database } from '@wallet/shared/database/pool';
import type { OperationType } from '@wallet/shared/words/operation';
import { type Model, type ModelOperation, TREASURY, createModel, heldOf } from './model.ts';

/** An operation from the database; accounts and legs by the names of the model: wallets by their ids. */
export interface Committed extends ModelOperation {
  readonly id: string;
  /** Null if it was scheduled, and cancelled before it was queued. */
  readonly seq: bigint | null;
  /** For when it was scheduled: microseconds. */
  readonly executeAt: bigint | null;
  /** When it was applied or failed: microseconds, by the server's clock. Null while it is pending. */
  readonly committedAt: bigint | null;
  readonly rejection: string | null;
  /** Null if it moved nothing there. */
  readonly balance: bigint | null;
  readonly version: bigint | null;
  readonly toBalance: bigint | null;
  readonly toVersion: bigint | null;
}

/**
 * Replays all single operations of high priority, one by one in the order in which they were committed, with a model
 * that shares no code with the product, on all accounts at once: its results must be the recorded ones. Two
 * transactions that touch the same account are committed in the order in which they had its lock; within one,
 * operations go in the order of acceptance. The server needs `track_commit_timestamp`. Changes of credit limits are
 * replayed among them, and so are operations that were cancelled before they were queued.
 * @returns the operations, in the order in which they were replayed.
 */
export async function replayCommits(database: Database): Promise<Committed[]> {
  const accounts = await readAccounts(database);
  const changes = await readCreditChanges(database);
  const operations = await readCommitted(database);
  const model = createModel(accounts.flatMap(startOf));
  const lastSeq = new Map<string, bigint>();
  for (const operation of operations) {
    if (operation.committedAt === null) throw new Error(`operation ${operation.id} has not ended`);
    while (changes[0] !== undefined && changes[0].committedAt < operation.committedAt) {
      const { wallet, credit } = changes.shift()!;
      const { balance } = model.standingOf(wallet);
      if (balance < -credit) throw new Error(`wallet ${wallet} stood at ${balance} when it was limited to ${credit}`);
      model.setCredit(wallet, credit);
    }
    const { seq } = operation;
    if (seq !== null && seq < (lastSeq.get(operation.wallet) ?? 0n))
      throw new Error(`operation ${operation.id} was applied after one of its wallet that was accepted later`);
    if (seq !== null) lastSeq.set(operation.wallet, seq);
    play(operation, model);
  }
  for (const { name, balance, version } of accounts) {
    expect({ name, balance, version }).toEqual({ name, ...model.standingOf(name) });
  }
  return operations;
}

function play(operation: Committed, model: Model): void {
  const { rejection, wallet, receiver } = model.apply(operation);
  const isPlayed =
    rejection === operation.rejection &&
    isSame([operation.balance, operation.version], wallet) &&
    isSame([operation.toBalance, operation.toVersion], receiver);
  if (isPlayed) return;
  const print = (value: unknown): string =>
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  throw new Error(`${print(operation)}: the model says ${print({ rejection, wallet, receiver })}`);
}

function isSame(
  recorded: [bigint | null, bigint | null],
  played: { balance: bigint; version: bigint } | null,
): boolean {
  return recorded[0] === null || (recorded[0] === played?.balance && recorded[1] === played.version);
}

interface ReadAccount {
  readonly name: string;
  readonly owner: 'wallet' | 'held' | 'house';
  readonly mayGoNegative: boolean;
  readonly transferable: boolean;
  readonly balance: bigint;
  readonly version: bigint;
}

function startOf({ name, owner, mayGoNegative, transferable }: ReadAccount) {
  return [[name, { owner, transferable, credit: mayGoNegative ? null : 0n }] as const];
}

/** The sum of all treasuries: the model has one. */
async function readAccounts(database: Database): Promise<ReadAccount[]> {
  const { rows } = await database.query<ReadAccount>(
    `SELECT ${nameOf('accounts')} AS name, coalesce(bool_or(may_go_negative OR system = 'treasury'), false) AS "mayGoNegative",
            CASE WHEN bool_or(wallet_id IS NOT NULL) THEN 'wallet' WHEN bool_or(held_of IS NOT NULL) THEN 'held' ELSE 'house' END
              AS owner,
            bool_and(transferable) AS transferable, sum(balance)::bigint AS balance, sum(version)::bigint AS version
     FROM accounts JOIN assets ON assets.id = asset_id GROUP BY 1`,
  );
  return rows;
}

function nameOf(account: string): string {
  return `coalesce(${account}.wallet_id::text, '${heldOf('')}' || ${account}.held_of,
                   CASE ${account}.system WHEN 'treasury' THEN '${TREASURY}' ELSE ${houseOf(account)} END)`;
}

function houseOf(account: string): string {
  return `(SELECT code FROM assets WHERE id = ${account}.asset_id) || ' ' || ${account}.system`;
}

async function readCreditChanges(
  database: Database,
): Promise<{ wallet: string; credit: bigint; committedAt: bigint }[]> {
  const { rows } = await database.query<{ wallet: string; credit: bigint; committedAt: bigint }>(
    `SELECT subject_id AS wallet, replace(detail->>'credit_limit', '.', '')::bigint AS credit,
            ${committedAt('audit_log')} AS "committedAt"
     FROM audit_log WHERE action = 'wallet.credit_limit_changed' ORDER BY 3`,
  );
  return rows;
}

function committedAt(row: string): string {
  return `(extract(epoch FROM pg_xact_commit_timestamp(${row}.xmin)) * 1000000)::bigint`;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
/** Read in pieces, because a server without statistics takes as long for each, whatever their number. */
const PIECE = 2_000;

async function readCommitted(database: Database): Promise<Committed[]> {
  const all: Committed[] = [];
  for (let piece = await readPiece(database, FIRST_ID); piece.length > 0;) {
    all.push(...piece);
    piece = await readPiece(database, piece.at(-1)!.id);
  }
  return all.sort((a, b) => compare(a.committedAt ?? 0n, b.committedAt ?? 0n) || compare(a.seq ?? 0n, b.seq ?? 0n));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** Those behind an id, in the order of ids. */
async function readPiece(database: Database, after: string): Promise<Committed[]> {
  const { rows } = await database.query<
    Omit<Committed, 'legs'> & { type: OperationType; legs: { from: string; to: string; amount: string }[] | null }
  >(
    `SELECT operations.id, type, operations.wallet_id AS wallet, operations.to_wallet_id AS to, operations.amount, seq,
            seq IS NULL AS cancelled, (extract(epoch FROM execute_at) * 1000000)::bigint AS "executeAt",
            terms.target_id AS target, coalesce(terms.final, true) AS final, named.name AS house, posting.legs,
            coalesce(movement.at, failure.at) AS "committedAt", outcome.error_code AS rejection,
            outcome.wallet_balance AS balance, outcome.wallet_version AS version,
            outcome.to_wallet_balance AS "toBalance", outcome.to_wallet_version AS "toVersion"
     FROM (
       SELECT * FROM operations WHERE batch_id IS NULL AND priority = 'high' AND id > $1 ORDER BY id LIMIT ${PIECE}
     ) AS operations
     LEFT JOIN LATERAL (
       SELECT ${committedAt('movements')} AS at FROM movements WHERE operation_id = operations.id AND leg = 0 OFFSET 0
     ) AS movement ON true
     LEFT JOIN LATERAL (
       SELECT ${committedAt('failures')} AS at FROM failures WHERE operation_id = operations.id OFFSET 0
     ) AS failure ON true
     LEFT JOIN LATERAL (SELECT * FROM outcomes WHERE operation_id = operations.id OFFSET 0) AS outcome ON true
     LEFT JOIN LATERAL (SELECT * FROM operation_terms WHERE operation_id = operations.id OFFSET 0) AS terms ON true
     LEFT JOIN LATERAL (
       SELECT ${houseOf('house')} AS name FROM accounts AS house WHERE house.id = terms.to_account_id
     ) AS named ON true
     LEFT JOIN LATERAL (
       SELECT json_agg(json_build_object('from', ${nameOf('giver')}, 'to', ${nameOf('taker')}, 'amount', legs.amount::text)
                       ORDER BY leg) AS legs
       FROM operation_legs AS legs
       JOIN accounts AS giver ON giver.id = from_account_id JOIN accounts AS taker ON taker.id = to_account_id
       WHERE legs.operation_id = operations.id
     ) AS posting ON true
     ORDER BY operations.id`,
    [after],
  );
  return rows.map(({ legs, target, ...row }) => ({
    ...row,
    ...(target ? { target } : {}),
    legs: (legs ?? []).map(({ amount, ...ends }) => ({ ...ends, amount: BigInt(amount) })),
  }));
}
