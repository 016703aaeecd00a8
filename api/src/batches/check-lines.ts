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

/** Lines that are ready to be stored, as they lie in the spool. */
export interface ReadyLines {
  readonly count: number;
  readonly columns: LineColumns;
  /** Whether something is taken with them that others may want: a key of a line, a user's wallet, or the first hold of a wallet. */
  readonly takesNames: boolean;
  /** Wallets that have to be made first. */
  readonly wallets: readonly NewWallet[];
  /** The wallets of which something is to be held. */
  readonly holders: readonly string[];
  readonly replays: readonly { readonly position: number; readonly line: number; readonly operationId: string }[];
}

/** Lines that are wrong: how many, and the errors of the first. */
interface BadLines {
  readonly count: number;
  readonly errors: readonly LineError[];
}

export interface CheckedLines {
  readonly bad: BadLines;
  /** Lines that could be accepted earlier, and cannot now: they refuse the batch unless it was accepted then. */
  readonly late: BadLines;
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

/** The most bad lines that are named, of a batch that is refused, and so the most that one may be accepted without. */
export const BAD_LINES_NAMED = 1_000;
/** The most characters of a message: it may quote what was sent. */
const MESSAGE_LIMIT = 300;
/** Lines, and legs of postings, that are stored by one statement. */
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
    // Once the batch is refused nothing of it needs to be stored.
    if (bad.told().count + late.told().count > (skips ? BAD_LINES_NAMED : 0)) chunks.clear();
    else await chunks.flushFull();
  }
  await chunks.flush();
  return { bad: bad.told(), late: late.told(), lines, hash, types, ...chunks.sofar(), ...sums.all() };
}

/** Counts bad lines, and keeps the first. They come in the order of the file by groups, and in any order within a group. */
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

/** Gathers lines into what one statement stores. */
function createChunks(spool: Spool<ReadyLines>): {
  addLine(line: NewLine, wallet: NewWallet | null): void;
  addReplay(replay: ReadyLines['replays'][number]): void;
  /** Puts what was gathered into the spool. */
  flush(): Promise<void>;
  /** The same, if it is as much as one statement takes. */
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

/** The operations that were accepted before under the keys of lines. */
async function findEarlier(
  storing: Database,
  places: readonly Place[],
): Promise<Map<string | null, { id: string; requestHash: string | null }>> {
  const keys = places.flatMap(({ draft }) => draft.operation.idempotencyKey ?? []);
  const found = keys.length > 0 ? await findOperationsByKey(storing, keys) : [];
  return new Map(found.map((operation) => [operation.idempotencyKey, operation]));
}
