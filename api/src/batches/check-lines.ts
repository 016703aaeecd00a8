import { type Hash, createHash } from 'node:crypto';
import { BATCH_LIMIT, lineId } from '@wallet/shared/words/batch';
import { type LineColumns, type NewLine, toColumns } from '@wallet/shared/database/tables/batch-lines';
import type { NewBatch } from '@wallet/shared/database/tables/batches';
import type { Database } from '@wallet/shared/database/pool';
import { findOperationsByKey } from '@wallet/shared/database/tables/operations';
import type { NewWallet } from '@wallet/shared/database/tables/wallets';
import type { OperationType } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import { canonicalOperation } from '../operations/canonical-operation.ts';
import { type LineError, Problem } from '../http/problem.ts';
import { type LineRules, type Place, type PlaceNeeds, findPlaces } from './place-lines.ts';
import type { RawLine } from './raw-line.ts';
import type { Spool } from './spool.ts';
import { createSums } from './sum-lines.ts';

/** What lines are checked by. */
export interface LineNeeds extends PlaceNeeds {
  readonly partitions: number;
}

/** Lines that are ready to be stored, as they lie in the spool. */
export interface ReadyLines {
  readonly count: number;
  readonly columns: LineColumns;
  /** Whether something is taken with them that others may want: a key of a line, or a user's wallet. */
  readonly takesNames: boolean;
  /** Wallets that have to be made first. */
  readonly wallets: readonly NewWallet[];
  readonly replays: readonly { readonly position: number; readonly line: number; readonly operationId: string }[];
}

export interface CheckedLines {
  readonly errors: readonly LineError[];
  /** How many lines are wrong, of which `errors` tells the first. */
  readonly bad: number;
  /** How many lines there are, replayed ones included. */
  readonly lines: number;
  /** Of what all the lines ask for. */
  readonly hash: Hash;
  readonly replayed: number;
  /** Whether some of them take a name, as in `ReadyLines`. */
  readonly takesNames: boolean;
  readonly parts: NewBatch['parts'];
  readonly totals: NewBatch['totals'];
  /** How many of the lines that will be stored are of each type. */
  readonly types: ReadonlyMap<OperationType, number>;
}

const ERRORS_TOLD = 100;
/** Lines stored by one statement. */
const CHUNK = 2_000;

/**
 * Checks the lines of a batch, and puts what will be stored into the spool. Only the first bad lines and the sums of the
 * good ones are kept in memory.
 * @throws Problem if there are too many.
 */
export async function checkLines(
  needs: LineNeeds,
  batchId: string,
  source: AsyncIterable<RawLine[]>,
  spool: Spool<ReadyLines>,
  rules: LineRules,
): Promise<CheckedLines> {
  const errors: LineError[] = [];
  const hash = createHash('sha256');
  const sums = createSums(batchId);
  const types = new Map<OperationType, number>();
  let bad = 0;
  let lines = 0;
  let position = 0;
  let replayed = 0;
  let takesNames = false;
  let only: number | null = null;
  let ready: Mutable<Pick<ReadyLines, 'wallets' | 'replays'>> & { lines: NewLine[] } = {
    lines: [],
    wallets: [],
    replays: [],
  };

  /** Those of the lines that are being looked at, in the order in which they were found. */
  let found: LineError[] = [];
  const refuse = (line: number, field: string, message: string): void => {
    found.push({ line, field, message });
  };
  async function flush(): Promise<void> {
    const { wallets, replays } = ready;
    // Behind a bad line nothing needs to be stored any more.
    if (bad === 0 && ready.lines.length + replays.length > 0) {
      const { lines: added } = ready;
      const isTaking = wallets.length > 0 || added.some(({ draft }) => draft.idempotencyKey !== null);
      takesNames ||= isTaking;
      await spool.append({ count: added.length, columns: toColumns(added), takesNames: isTaking, wallets, replays });
    }
    ready = { lines: [], wallets: [], replays: [] };
  }

  for await (const raw of source) {
    lines += raw.length;
    if (lines > BATCH_LIMIT) throw new Problem('body_too_large', `A batch has at most ${BATCH_LIMIT} operations.`);
    const places = await findPlaces(needs, raw, rules, refuse);
    const earlier = await findEarlier(needs.storing, places);
    const text: string[] = [];
    const isAtomic = rules.isAtomic();
    for (const place of places) {
      position += 1;
      const { line } = place;
      const { operation: draft, wallet } = place.draft;
      text.push(`${draft.idempotencyKey} ${canonicalOperation(draft)}\n`);
      const first = draft.idempotencyKey === null ? undefined : earlier.get(draft.idempotencyKey);
      if (first !== undefined) {
        if (first.requestHash === draft.requestHash) {
          ready.replays.push({ position, line, operationId: first.id });
          replayed += 1;
        } else {
          refuse(line, 'idempotency_key', 'was used for another request');
        }
        continue;
      }
      if (wallet) ready.wallets.push(wallet);
      const own = partitionOf(draft.walletId, needs.partitions);
      only ??= own;
      const partition = isAtomic ? only : own;
      const id = lineId(batchId, partition, position);
      ready.lines.push({ id, line, draft });
      types.set(draft.type, (types.get(draft.type) ?? 0) + 1);
      sums.add(partition, draft.assetId, draft.amount ?? 0n, id);
    }
    hash.update(text.join(''));
    bad += found.length;
    errors.push(...found.toSorted((a, b) => a.line - b.line).slice(0, ERRORS_TOLD - errors.length));
    found = [];
    if (ready.lines.length + ready.replays.length >= CHUNK) await flush();
  }
  await flush();
  return { errors, bad, lines, hash, replayed, takesNames, types, ...sums.all() };
}

type Mutable<Value> = {
  -readonly [Key in keyof Value]: Value[Key] extends readonly (infer Item)[] ? Item[] : Value[Key];
};

/** The operations that were accepted before under the keys of lines. */
async function findEarlier(
  storing: Database,
  places: readonly Place[],
): Promise<Map<string | null, { id: string; requestHash: string | null }>> {
  const keys = places.flatMap(({ draft }) => draft.operation.idempotencyKey ?? []);
  const found = keys.length > 0 ? await findOperationsByKey(storing, keys) : [];
  return new Map(found.map((operation) => [operation.idempotencyKey, operation]));
}
