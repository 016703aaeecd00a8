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
import type { LineNeeds } from './find-line-facts.ts';
import { inSlices } from './in-slices.ts';
import { type LineRules, type Place, findPlaces } from './place-lines.ts';
import type { RawLine } from './raw-line.ts';
import type { Spool } from './spool.ts';
import { createSums } from './sum-lines.ts';

/** Lines that are ready to be stored, as they are in the spool. */
export interface ReadyLines {
  readonly count: number;
  readonly columns: LineColumns;
  /**
   * Whether they claim something that other requests may claim too: a key of a line, a user's wallet, or the first hold
   * of a wallet.
   */
  readonly takesNames: boolean;
  /** Wallets that have to be created first. */
  readonly wallets: readonly NewWallet[];
  /** The wallets with new holds. */
  readonly holders: readonly string[];
  readonly replays: readonly { readonly position: number; readonly line: number; readonly operationId: string }[];
}

/** Invalid lines: their number, and the errors of the first. */
interface BadLines {
  readonly count: number;
  readonly errors: readonly LineError[];
}

export interface CheckedLines {
  readonly bad: BadLines;
  /**
   * Lines that may have been acceptable earlier, but are not now: they reject the batch unless it was accepted then.
   */
  readonly late: BadLines;
  /** The number of lines, including replayed ones. */
  readonly lines: number;
  /** Over all lines. */
  readonly hash: Hash;
  readonly replayed: number;
  /** Whether some of them claim a name, as in `ReadyLines`. */
  readonly takesNames: boolean;
  readonly parts: NewBatch['parts'];
  readonly totals: NewBatch['totals'];
  /** The number of lines to be stored, by type. */
  readonly types: ReadonlyMap<OperationType, number>;
}

/** The most invalid lines that are reported, and so the most that a batch may leave out. */
export const BAD_LINES_NAMED = 1_000;
/** The most characters of a message: it may quote the request. */
const MESSAGE_LIMIT = 300;
/** The most lines, and legs of postings, that one statement stores. */
const CHUNK = 2_000;

/**
 * Checks the lines of a batch, and puts those to be stored into the spool. Only the first invalid lines and the sums of
 * the valid ones are kept in memory.
 * @throws Problem if there are too many.
 */
export async function checkLines(
  needs: LineNeeds,
  batchId: string,
  source: AsyncIterable<RawLine[]>,
  spool: Spool<ReadyLines>,
  rules: LineRules,
): Promise<CheckedLines> {
  const skips = rules.skips;
  const bad = createBadLines();
  const late = createBadLines();
  const hash = createHash('sha256');
  const sums = createSums(batchId);
  const types = new Map<OperationType, number>();
  const chunks = createChunks(spool);
  let lines = 0;
  let position = 0;
  let only: number | null = null;

  for await (const raw of inSlices(source, CHUNK)) {
    lines += raw.length;
    if (lines > BATCH_LIMIT) throw new Problem('body_too_large', `A batch has at most ${BATCH_LIMIT} operations.`);
    const places = await findPlaces(needs, raw, rules, bad.add);
    const earlier = await findEarlier(needs.storing, places);
    const text: string[] = [];
    const isAtomic = rules.isAtomic();
    for (const place of places) {
      const { line } = place;
      const { operation: draft, wallet, onlyReplayed } = place.draft;
      text.push(`${draft.idempotencyKey} ${canonicalOperation(draft)}\n`);
      const first = draft.idempotencyKey === null ? undefined : earlier.get(draft.idempotencyKey);
      if (first !== undefined) {
        if (first.requestHash === draft.requestHash) {
          position += 1;
          chunks.addReplay({ position, line, operationId: first.id });
        } else bad.add(line, 'idempotency_key', 'was used for another request');
        continue;
      }
      if (onlyReplayed !== null) late.add(line, onlyReplayed.field, onlyReplayed.message);
      if (onlyReplayed !== null && skips) continue;
      position += 1;
      const own = partitionOf(draft.walletId, needs.partitions);
      only ??= own;
      const partition = isAtomic ? only : own;
      const id = lineId(batchId, partition, position);
      chunks.addLine({ id, line, draft }, wallet);
      types.set(draft.type, (types.get(draft.type) ?? 0) + 1);
      sums.add(partition, draft.assetId, draft.amount ?? 0n, id);
    }
    hash.update(text.join(''));
    bad.endGroup();
    late.endGroup();
    // Once the batch is rejected nothing of it needs to be stored.
    if (bad.told().count + late.told().count > (skips ? BAD_LINES_NAMED : 0)) chunks.clear();
    else await chunks.flushFull();
  }
  await chunks.flush();
  return { bad: bad.told(), late: late.told(), lines, hash, types, ...chunks.sofar(), ...sums.all() };
}

/**
 * Counts invalid lines, and keeps the first. Groups arrive in the order of the file; within a group the order is
 * arbitrary.
 */
function createBadLines(): {
  readonly add: (line: number, field: string, message: string) => void;
  endGroup(): void;
  told(): BadLines;
} {
  const errors: LineError[] = [];
  let count = 0;
  let group: LineError[] = [];
  return {
    add(line, field, message) {
      group.push({ line, field: field.slice(0, MESSAGE_LIMIT), message: message.slice(0, MESSAGE_LIMIT) });
    },
    endGroup() {
      count += group.length;
      errors.push(...group.toSorted((a, b) => a.line - b.line).slice(0, BAD_LINES_NAMED - errors.length));
      group = [];
    },
    told: () => ({ count, errors }),
  };
}

/** Gathers lines for one statement. */
function createChunks(spool: Spool<ReadyLines>): {
  addLine(line: NewLine, wallet: NewWallet | null): void;
  addReplay(replay: ReadyLines['replays'][number]): void;
  /** Puts the gathered lines into the spool. */
  flush(): Promise<void>;
  /** The same, if they are enough for one statement. */
  flushFull(): Promise<void>;
  clear(): void;
  sofar(): Pick<CheckedLines, 'replayed' | 'takesNames'>;
} {
  let lines: NewLine[] = [];
  let wallets: NewWallet[] = [];
  let replays: ReadyLines['replays'][number][] = [];
  let size = 0;
  let replayed = 0;
  let takesNames = false;

  function clear(): void {
    lines = [];
    wallets = [];
    replays = [];
    size = 0;
  }
  async function flush(): Promise<void> {
    if (lines.length + replays.length === 0) return;
    const holders = new Set(lines.flatMap(({ draft }) => (draft.type === 'hold' ? draft.walletId : [])));
    const hasKeys = lines.some(({ draft }) => draft.idempotencyKey !== null);
    const isTaking = hasKeys || wallets.length > 0 || holders.size > 0;
    takesNames ||= isTaking;
    const named = { wallets, holders: [...holders], replays };
    const ready = { count: lines.length, columns: toColumns(lines), takesNames: isTaking, ...named };
    clear();
    await spool.append(ready);
  }
  return {
    addLine(line, wallet) {
      lines.push(line);
      size += 1 + (line.draft.terms?.legs.length ?? 0);
      if (wallet !== null) wallets.push(wallet);
    },
    addReplay(replay) {
      replays.push(replay);
      size += 1;
      replayed += 1;
    },
    flush,
    flushFull: () => (size >= CHUNK ? flush() : Promise.resolve()),
    clear,
    sofar: () => ({ replayed, takesNames }),
  };
}

/** The operations accepted earlier under the keys of lines. */
async function findEarlier(
  storing: Database,
  places: readonly Place[],
): Promise<Map<string | null, { id: string; requestHash: string | null }>> {
  const keys = places.flatMap(({ draft }) => draft.operation.idempotencyKey ?? []);
  const found = keys.length > 0 ? await findOperationsByKey(storing, keys) : [];
  return new Map(found.map((operation) => [operation.idempotencyKey, operation]));
}
