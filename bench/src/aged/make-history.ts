import { type Book, createBook } from './book.ts';
import { DEBITS, type Drawn, createDraw } from './draw-operations.ts';
import { type HistoryPlan, assetOf, createRandom, makeOwners } from './history-plan.ts';
import { type BatchRows, type Lines, beginBatch } from './make-batch.ts';
import { type Rows, createRows } from './rows.ts';
import { timeText } from './time-text.ts';

/** Rows of the tables. */
export interface Chunk {
  readonly operations: Rows;
  readonly movements: Rows;
  readonly failures: Rows;
}

export interface History {
  /** The next operations, at most as many as requested; none when all are made. They are valid until the next call. */
  next(count: number): Chunk;
  readonly book: Book;
  readonly batches: BatchRows;
  /** The last number in the order of acceptance. */
  lastSeq(): number;
}

/** The columns of the rows of a chunk; those of movements are with the book. */
export const OPERATION_COLUMNS =
  'id, seq, wallet_id, to_wallet_id, amount, created_at, asset_id, type, priority, idempotency_key, batch_id, line';
export const FAILURE_COLUMNS =
  'operation_id, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at, error_code';

const BATCH_LINES = 10_000;
/** Milliseconds from acceptance to application, at least and at most, of a single operation. */
const APPLIED_MS = { least: 5, most: 25 };

/**
 * Generates operations as they could have been accepted and applied: half of them single ones, each with an idempotency
 * key, half lines of batches. They happen at equal intervals, and a batch happens at once. A few wallets have many
 * operations, and many have few.
 */
export function makeHistory(plan: HistoryPlan): History {
  const random = createRandom(plan.operations);
  const book = createBook(plan);
  const draw = createDraw(plan, book, random);
  const writer = createWriter(plan, book);
  const lines = Math.max(1, Math.min(BATCH_LINES, Math.floor(plan.operations / 20)));
  const batches = Math.floor(plan.operations / 2 / lines);
  const singles = plan.operations - batches * lines;
  const ended: BatchRows = { batches: createRows(), parts: createRows(), totals: createRows() };
  let made = { singles: 0, batches: 0 };
  let seq = 0;
  let open: Lines | null = null;

  function now(): number {
    return plan.from + Math.floor(((plan.to - plan.from) * (made.singles + made.batches)) / (singles + batches));
  }

  function addSingle(): void {
    const acceptedAt = now();
    const number = made.singles;
    const id = singleId(acceptedAt, number, random);
    seq += 1;
    const waited = APPLIED_MS.least + random() * (APPLIED_MS.most - APPLIED_MS.least);
    const tail = `high\taged-${number}\t\\N\t\\N`;
    writer.add(draw(), { id, head: String(seq), tail, acceptedAt, appliedAt: acceptedAt + Math.floor(waited) });
    made = { ...made, singles: number + 1 };
  }

  /** @returns the batch, if it has more lines. */
  function addLine(batch: Lines): Lines | null {
    const operation = draw();
    const { id, number, tail, at } = batch.add(operation, writer.partitionOf(operation), assetOf(operation.wallet));
    writer.add(operation, { id, head: '\\N', tail, acceptedAt: now(), appliedAt: at });
    if (number < lines) return batch;
    batch.end(ended, { total: lines, endedAt: timeText(writer.lastAppliedAt()) });
    made = { ...made, batches: made.batches + 1 };
    return null;
  }

  return {
    next(count) {
      writer.clear();
      while (writer.chunk.operations.count < count) {
        if (open !== null) open = addLine(open);
        else if (made.batches < batches && made.singles * batches >= made.batches * singles) {
          seq += 1;
          open = beginBatch({ number: made.batches, seq, at: now(), partitions: plan.partitions, random });
        } else if (made.singles < singles) addSingle();
        else break;
      }
      return writer.chunk;
    },
    book,
    batches: ended,
    lastSeq: () => seq,
  };
}

/** Applies operations, and writes their rows. */
interface Writer {
  readonly chunk: Chunk;
  clear(): void;
  partitionOf(operation: Drawn): number;
  /** `head` is the row of the operation after its id, and `tail` what follows its type. */
  add(operation: Drawn, said: { id: string; head: string; tail: string; acceptedAt: number; appliedAt: number }): void;
  lastAppliedAt(): number;
}

function createWriter(plan: HistoryPlan, book: Book): Writer {
  const owners = makeOwners(plan);
  const chunk: Chunk = { operations: createRows(), movements: createRows(), failures: createRows() };
  let appliedAt = 0;
  const standing = (place: number): string => `${book.balanceAt(place)}\t${book.versionAt(place)}`;
  return {
    chunk,
    clear() {
      for (const rows of [chunk.operations, chunk.movements, chunk.failures]) rows.clear();
    },
    partitionOf: ({ wallet }) => owners.partitions[wallet] ?? 0,
    add({ wallet, receiver, type, amount, fails }, { id, head, tail, ...times }) {
      const asset = assetOf(wallet);
      const to = receiver === -1 ? '\\N' : (owners.ids[receiver] ?? '');
      const asked = `${owners.ids[wallet]}\t${to}\t${amount}\t${timeText(times.acceptedAt)}\t${asset}\t${type}`;
      chunk.operations.add(`${id}\t${head}\t${asked}\t${tail}`);
      const account = book.accountOf(wallet);
      const other = receiver === -1 ? (owners.treasuries[wallet] ?? 0) : book.accountOf(receiver);
      // Along the versions of an account, times never decrease.
      appliedAt = Math.max(appliedAt, times.appliedAt);
      const at = timeText(appliedAt);
      if (fails) {
        const received = receiver === -1 ? '\\N\t\\N' : standing(other);
        chunk.failures.add(`${id}\t${standing(account)}\t${received}\t${at}\tinsufficient_funds`);
        return;
      }
      const [source, target] = DEBITS.has(type) ? [account, other] : [other, account];
      chunk.movements.add(book.move({ id, from: source, to: target, amount, asset, at }));
    },
    lastAppliedAt: () => appliedAt,
  };
}

const HEX3 = Array.from({ length: 4_096 }, (_, value) => value.toString(16).padStart(3, '0'));

/** A UUID of version 7 that no other operation has. */
function singleId(at: number, number: number, random: () => number): string {
  const time = at.toString(16).padStart(12, '0');
  const drawn = Math.floor(random() * 16_777_216);
  const tail = number.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${HEX3[drawn >> 12]}-8${HEX3[drawn & 4_095]}-${tail}`;
}
