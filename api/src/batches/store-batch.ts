import type { Client, Database } from '@wallet/shared/database/pool';
import { createHeldAccounts } from '@wallet/shared/database/tables/accounts';
import { findRepeatedKeys, insertLines, insertReplays } from '@wallet/shared/database/tables/batch-lines';
import {
  type NewBatch,
  acceptBatchAndCommit,
  closeBatch,
  openBatch,
  tryLockBatchKey,
} from '@wallet/shared/database/tables/batches';
import { createWallets } from '@wallet/shared/database/tables/wallets';
import { inTransaction } from '@wallet/shared/database/transaction';
import { Problem } from '../http/problem.ts';
import { type BatchOptions, type CheckedBatch, refused } from './check-batch.ts';
import type { ReadyLines } from './check-lines.ts';
import type { Spool } from './spool.ts';

/** How long the transaction that stores a batch may be open while the batch is still being read. */
const EARLY_MS = 60_000;

/** A batch of which at least the beginning is in the spool. */
export interface Spooled {
  readonly id: string;
  readonly spool: Spool<ReadyLines>;
  /** The progress of reading it. */
  readonly progress: () => 'reading' | 'read' | 'refused';
  /** Resolves when it has been read to its end: null if it is rejected. */
  readonly checked: Promise<CheckedBatch | null>;
}

/** Parameters at the end of a body that may still change after the batch was opened. */
const FACTS = ['priority', 'atomic', 'lineEvents'] as const;
type OpenedBatch = Pick<NewBatch, 'id' | 'retryOf' | (typeof FACTS)[number]>;

/**
 * Stores a batch in one transaction, possibly while it is being read. `later`: nothing is stored, and nothing can be
 * before all of it has been read.
 * @throws Problem if its lines cannot be stored together, or another request creates the same; the database's error,
 * after which it may be stored or not.
 */
export async function storeBatch(
  storing: Database,
  batch: Spooled,
  { priority, atomic, lineEvents, retryOf }: BatchOptions,
): Promise<'stored' | 'later'> {
  const opened = { id: batch.id, priority, atomic, lineEvents, retryOf };
  const isRead = batch.progress() === 'read';
  if (isRead) await makeHeldAccounts(storing, batch);
  try {
    await inTransaction(storing, (client) => store(client, opened, batch, isRead), acceptBatchAndCommit(batch.id));
    return 'stored';
  } catch (error) {
    if (error instanceof StoreLater) return 'later';
    throw error;
  }
}

/** Rolls the transaction back. */
class StoreLater extends Error {
  override readonly name = 'StoreLater';
}

/**
 * The wallets' first holds get their accounts outside of the transaction: a request that waited for one of these
 * accounts would hold up all others in the wallet's partition. If the batch is not stored, an empty account does no
 * harm.
 */
async function makeHeldAccounts(storing: Database, { spool, checked }: Spooled): Promise<void> {
  if ((await checked)?.lines.types.has('hold') !== true) return;
  for await (const { holders } of spool.read()) {
    if (holders.length > 0) await createHeldAccounts(storing, holders);
  }
}

async function store(
  client: Client,
  opened: OpenedBatch,
  { spool, progress, checked }: Spooled,
  isRead: boolean,
): Promise<void> {
  const begun = performance.now();
  // Until the commit, a claimed name blocks other transactions that want it, and old row versions cannot be vacuumed.
  await addLines(client, opened, spool, (takesNames) => {
    const isLate = performance.now() - begun > EARLY_MS;
    const at = progress();
    if (at === 'refused' || (takesNames && !isRead) || (at === 'reading' && isLate)) throw new StoreLater();
  });
  const whole = await checked;
  // If the end of the body changes the priority, its lines were stored with the wrong one.
  const isAsOpened = whole?.earlier === null && FACTS.every((name) => whole.batch[name] === opened[name]);
  if (!isAsOpened) throw new StoreLater();
  if (!(await tryLockBatchKey(client, whole.batch.idempotencyKey))) {
    throw new Problem(
      'batch_in_progress',
      'Another request with this key is being accepted. Ask again when it is done.',
      { headers: { 'Retry-After': '5' } },
    );
  }
  await closeBatch(client, whole.batch);
}

async function addLines(
  client: Client,
  batch: OpenedBatch,
  spool: Spool<ReadyLines>,
  before: (takesNames: boolean) => void,
): Promise<void> {
  await openBatch(client, batch);
  for await (const { count, columns, takesNames, wallets, replays } of spool.read()) {
    before(takesNames);
    if (wallets.length > 0 && !(await createWallets(client, wallets))) throw takenMeanwhile('A wallet');
    const added = count > 0 ? await insertLines(client, batch, columns) : 0;
    if (added < count) throw await explainMissing(client, batch.id, columns);
    if (replays.length > 0) await insertReplays(client, batch.id, replays);
  }
}

/**
 * Stores lines that claim names, and undoes it: nothing else finds two of them with the same new key.
 * @throws the error of storing them.
 */
export async function rehearse(
  storing: Database,
  { batch, lines, earlier }: CheckedBatch,
  spool: Spool<ReadyLines>,
): Promise<void> {
  if (earlier !== null || !lines.takesNames) return;
  const undone = new Error('the batch was only checked');
  const work = async (client: Client): Promise<never> => {
    await addLines(client, batch, spool, () => undefined);
    throw undone;
  };
  await inTransaction(storing, work).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
}

/** Another request created the same row at this moment. The next attempt finds it. */
function takenMeanwhile(what: string): Problem {
  return new Problem('batch_in_progress', `${what} was taken by another request just now. Send the batch again.`, {
    headers: { 'Retry-After': '1' },
  });
}

/** Why lines could not be added: their keys were taken by other lines, or by another request just now. */
async function explainMissing(client: Client, batchId: string, columns: ReadyLines['columns']): Promise<Problem> {
  const repeated = await findRepeatedKeys(client, batchId, columns);
  if (repeated.length === 0) return takenMeanwhile('A key of a line');
  return refused(
    'Lines have the same idempotency key.',
    repeated.map(({ line, first }) => ({ line, field: 'idempotency_key', message: `is that of line ${first}` })),
  );
}
