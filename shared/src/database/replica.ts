import type { Database, Queryable } from './pool.ts';
import { QUERY_CANCELED, sqlstateOf } from './sqlstate.ts';
import { findVersion } from './tables/accounts.ts';
import { isFinished } from './tables/batches.ts';
import { findLatestEpoch, readEpoch } from './tables/epochs.ts';
import { inSnapshot } from './transaction.ts';

type Read<Result> = (database: Queryable) => Promise<Result>;

/**
 * Reads ended operations from a replica, if there is one that has them: an answer is never older than the state of the
 * primary at the time of the request. Everything the replica does not have yet, or cannot answer, is read from the
 * primary; so is everything while the replica is not in the primary's epoch, because it may have operations that were
 * lost in a promotion.
 */
export interface History {
  /** The pool of the replica, by this name; empty without one. */
  readonly pools: Readonly<Record<string, Database>>;
  /** The movements of a wallet up to a version; if none is given, up to the current one. */
  ofWallet<Result>(walletId: string, read: Read<Result>, upTo?: bigint): Promise<Result>;
  /** The lines of a batch. They change until it is finished: until then they are read from the primary. */
  ofBatch<Result>(
    batch: { readonly id: string; readonly finishedAt: Date | null },
    read: Read<Result>,
  ): Promise<Result>;
}

/** A replica that failed is not queried for this time. */
const REST_MS = 5_000;

/** @param onError called with the reason why a replica could not be used. */
export function createHistory(primary: Database, replica: Database | null, onError: (error: unknown) => void): History {
  let restsUntil = -Infinity;

  async function readFrom<Result>(
    from: Database,
    hasIt: (database: Queryable) => Promise<boolean>,
    read: Read<Result>,
  ): Promise<Result> {
    const epochId = (await readEpoch(primary))?.id ?? null;
    try {
      const found = await inSnapshot(from, async (client) =>
        (await findLatestEpoch(client)) === epochId && (await hasIt(client)) ? { result: await read(client) } : null,
      );
      if (found !== null) return found.result;
    } catch (error) {
      const sqlstate = sqlstateOf(error) ?? '';
      // It would take as long on the primary.
      if (sqlstate === QUERY_CANCELED) throw error;
      if (!sqlstate.startsWith(ROLLBACK)) restsUntil = performance.now() + REST_MS;
      onError(error);
    }
    return read(primary);
  }

  const chosen = (): Database | null => (performance.now() < restsUntil ? null : replica);
  return {
    pools: replica === null ? {} : { replica },
    async ofWallet(walletId, read, upTo) {
      const from = chosen();
      if (from === null) return read(primary);
      const version = upTo ?? (await findVersion(primary, walletId));
      return readFrom(from, async (client) => (await findVersion(client, walletId)) >= version, read);
    },
    ofBatch({ id, finishedAt }, read) {
      const from = chosen();
      return from === null || finishedAt === null
        ? read(primary)
        : readFrom(from, (client) => isFinished(client, id), read);
    },
  };
}

/** A snapshot that blocks the replica's replay, among others. */
const ROLLBACK = '40';
