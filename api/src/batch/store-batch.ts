import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@wallet/shared/database/pool';
import { constraintOf, isPassing } from '@wallet/shared/database/sqlstate';
import { findRepeatedKeys, insertLines, insertReplays } from '@wallet/shared/database/tables/batch-lines';
import {
  type NewBatch,
  acceptBatchAndCommit,
  closeBatch,
  findBatch,
  openBatch,
  tryLockBatchKey,
} from '@wallet/shared/database/tables/batches';
import { createWallets } from '@wallet/shared/database/tables/wallets';
import { inTransaction } from '@wallet/shared/database/transaction';
import type { Api } from '../context.ts';
import { Problem } from '../http/problem.ts';
import type { ReadyLines } from './check-lines.ts';
import { type BatchRequest, type CheckedBatch, type StoredBatch, findEarlier, refused } from './read-batch.ts';
import type { Spool } from './spool.ts';

/** The first is for what went wrong while the batch was still being read. */
const RETRY_MS = [0, 100, 500];
/** How long the transaction that stores a batch may be open while the batch is still being read. */
const EARLY_MS = 60_000;

/**
 * Stores the batch while it is being read. If that does not work, or takes too long, it waits until all has been read, and
 * tries again. After an error that does not say whether it was stored, it looks.
 * @returns the batch that was accepted under the same key before, if there is one: then nothing is stored.
 * @throws what is wrong with the batch, as `checking` does.
 */
export async function storeBatch(
  api: Api,
  id: string,
  wanted: BatchRequest,
  checking: Promise<CheckedBatch>,
  spool: Spool<ReadyLines>,
): Promise<StoredBatch | null> {
  const reading = { isOver: false, isRefused: false };
  checking.then(
    () => (reading.isOver = true),
    () => (reading.isRefused = true),
  );
  const { idempotencyKey } = wanted.options();
  if (idempotencyKey !== null && (await findBatch(api.storing, { idempotencyKey }))) await checking;
  for (let retries = 0; ;) {
    try {
      if (reading.isOver) {
        const { earlier } = await checking;
        if (earlier !== null) return earlier;
      }
      const { priority, atomic, lineEvents, retryOf } = wanted.options();
      const opened = { id, priority, atomic, lineEvents, retryOf };
      const work = (client: Client) => store(client, opened, checking, reading, spool);
      await inTransaction(api.storing, work, acceptBatchAndCommit(id));
      return null;
    } catch (error) {
      const { batch } = await checking;
      if (error instanceof StoreLater) continue;
      if (constraintOf(error) === 'batches_idempotency_key_key') return await findEarlier(api, batch);
      const pause = RETRY_MS[retries];
      if (!isPassing(error) || pause === undefined) throw error;
      retries += 1;
      api.log.warn({ err: error, batch_id: id }, 'storing a batch failed, trying again');
      await delay(pause);
      if (await findBatch(api.storing, { id }).catch(() => null)) return null;
    }
  }
}

/** Storing has to wait until all has been read. */
class StoreLater extends Error {
  override readonly name = 'StoreLater';
}

async function store(
  client: Client,
  opened: OpenedBatch,
  checking: Promise<CheckedBatch>,
  reading: { readonly isOver: boolean; readonly isRefused: boolean },
  spool: Spool<ReadyLines>,
): Promise<void> {
  const begun = performance.now();
  // Until it is committed, a name keeps everybody waiting who wants it, and the transaction keeps rows from being cleaned up.
  await addLines(client, opened, spool, (takesNames) => {
    const isLate = performance.now() - begun > EARLY_MS;
    if (!reading.isOver && (reading.isRefused || takesNames || isLate)) throw new StoreLater();
  });
  const { batch, earlier } = await checking;
  // What the end of the body says of priority, its lines were stored without.
  const isOther = FACTS.some((name) => batch[name] !== opened[name]);
  if (earlier !== null || isOther) throw new StoreLater();
  if (!(await tryLockBatchKey(client, batch.idempotencyKey))) {
    throw new Problem(
      'batch_in_progress',
      'Another request with this key is being accepted. Ask again when it is done.',
      { headers: { 'Retry-After': '5' } },
    );
  }
  await closeBatch(client, batch);
}

/** What the end of a body may say of a batch that was opened before. */
const FACTS = ['priority', 'atomic', 'lineEvents'] as const;
type OpenedBatch = Pick<NewBatch, 'id' | 'retryOf' | (typeof FACTS)[number]>;

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

/** Stores lines that take names, and undoes it: nothing else finds two of them with the same new key. */
export async function rehearse(api: Api, checking: Promise<CheckedBatch>, spool: Spool<ReadyLines>): Promise<null> {
  const { batch, lines, earlier } = await checking;
  if (earlier !== null || !lines.takesNames) return null;
  const undone = new Error('the batch was only checked');
  const work = async (client: Client): Promise<never> => {
    await addLines(client, batch, spool, () => undefined);
    throw undone;
  };
  await inTransaction(api.storing, work).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return null;
}

/** Somebody else made what this batch was about to make. The next try finds it. */
function takenMeanwhile(what: string): Problem {
  return new Problem('batch_in_progress', `${what} was taken by another request just now. Send the batch again.`, {
    headers: { 'Retry-After': '1' },
  });
}

/** Why lines could not be added: their keys were taken by other lines, or by somebody else just now. */
async function explainMissing(client: Client, batchId: string, columns: ReadyLines['columns']): Promise<Problem> {
  const repeated = await findRepeatedKeys(client, batchId, columns);
  if (repeated.length === 0) return takenMeanwhile('A key of a line');
  return refused(
    'Lines have the same idempotency key.',
    repeated.map(({ line, first }) => ({ line, field: 'idempotency_key', message: `is that of line ${first}` })),
  );
}
