import type { Client } from './pool.ts';
import { readBulk, readLinesBefore } from './tables/batch-parts.ts';
import { type PendingOperation, type WalletPlace, byPlace, readPendingBefore } from './tables/pending-operations.ts';

/** After everything that was accepted. */
export const END_OF_QUEUE = 2n ** 63n - 1n;

/** The number of batches whose lines are read at once. */
const AT_ONCE = 8;

/**
 * Everything pending for a wallet in the order in which it will be applied: single operations and lines of batches, of
 * any priority. Lines of atomic batches are left out: they get their position when they are applied. Read in one
 * snapshot.
 * @returns null if more than `most` are pending.
 */
export async function readWaiting(
  client: Client,
  wallet: Omit<WalletPlace, 'seq'>,
  most: number,
): Promise<PendingOperation[] | null> {
  const place = { ...wallet, seq: END_OF_QUEUE };
  const waiting = await readPendingBefore(client, [place], most + 1);
  const bulk = await readBulk(client, [wallet.partition]);
  const parts = (bulk.get(wallet.partition)?.parts ?? []).filter(({ atomic }) => !atomic);
  for (let start = 0; start < parts.length && waiting.length <= most; start += AT_ONCE) {
    waiting.push(...(await readLinesBefore(client, [place], parts.slice(start, start + AT_ONCE), most + 1)));
  }
  return waiting.length > most ? null : waiting.sort(byPlace);
}
