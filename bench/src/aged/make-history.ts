import type { OperationType } from '@wallet/shared/words/operation';
import { type Book, createBook } from './book.ts';
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
  /** The next operations, as many as asked for if there are; none when all are made. They are good until the next call. */
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

/** Of a hundred operations so many are of each kind. */
const SHARES = {
  ...{ deposit: 33, top_up: 9, bonus: 6, resupply: 2 },
  ...{ spend: 23, withdraw: 14, transfer: 13 },
} as const satisfies Record<OperationType, number>;
const DRAWN = Object.entries(SHARES).flatMap(([type, share]) => Array.from({ length: share }, () => type));
const DEBITS: ReadonlySet<string> = new Set<OperationType>(['spend', 'withdraw', 'transfer']);
/** Of what takes from a wallet, a tenth asks for more than is there: so one operation in twenty fails. */
const REFUSED = 0.1;
/** Of a wallet's first operation, and the most of others, in minor units. */
const FIRST_DEPOSIT = 1_000_000;
const MOST = 10_000;
const BATCH_LINES = 10_000;
/** Milliseconds from being accepted to being applied, at least and at most, of a single operation. */
const APPLIED_MS = { least: 5, most: 25 };

interface Drawn {
  readonly wallet: number;
  /** The receiving wallet of a transfer; -1 for every other kind. */
  readonly receiver: number;
  readonly type: string;
  readonly amount: number;
  readonly fails: boolean;
}

/**
 * Makes up operations as they could have been accepted and applied, one after the other: half of them single ones, each with a key
 * of idempotency, half lines of batches. They happen at equal distances, where a batch happens at once. A few wallets
 * have many operations, and many have few.
 */
export function makeHistory(plan: HistoryPlan): History {
  const random = createRandom(plan.operations);
  const owners = makeOwners(plan);
  const book = createBook(plan);
  const draw = createDraw(plan, book, random);
  const lines = Math.max(1, Math.min(BATCH_LINES, Math.floor(plan.operations / 20)));
  const batches = Math.floor(plan.operations / 2 / lines);
  const singles = plan.operations - batches * lines;
  const steps = singles + batches;
  const ended: BatchRows = { batches: createRows(), parts: createRows(), totals: createRows() };
  const chunk: Chunk = { operations: createRows(), movements: createRows(), failures: createRows() };
  let made = { singles: 0, batches: 0 };
  let seq = 0;
  let movedAt = 0;
  let open: Lines | null = null;

  const now = (): number => plan.from + Math.floor(((plan.to - plan.from) * (made.singles + made.batches)) / steps);
  /** Times of movements never decrease. */
  const moved = (at: number): string => timeText((movedAt = Math.max(movedAt, at)));

  function add(operation: Drawn, said: { id: string; head: string; tail: string; at: number }): void {
    const { wallet, receiver, type, amount, fails } = operation;
    const { id, at } = said;
    const asset = assetOf(wallet);
    const to = receiver === -1 ? '\\N' : (owners.ids[receiver] ?? '');
    chunk.operations.add(
      `${id}\t${said.head}\t${owners.ids[wallet]}\t${to}\t${amount}\t${timeText(now())}\t${asset}\t${type}\t${said.tail}`,
    );
    const account = book.accountOf(wallet);
    const other = receiver === -1 ? (owners.treasuries[wallet] ?? 0) : book.accountOf(receiver);
    if (fails) {
      const standing = (place: number): string => `${book.balanceAt(place)}\t${book.versionAt(place)}`;
      const received = receiver === -1 ? '\\N\t\\N' : standing(other);
      chunk.failures.add(`${id}\t${standing(account)}\t${received}\t${moved(at)}\tinsufficient_funds`);
      return;
    }
    const [source, target] = DEBITS.has(type) ? [account, other] : [other, account];
    chunk.movements.add(book.move({ id, from: source, to: target, amount, asset, at: moved(at) }));
  }

  function addSingle(): void {
    const at = now();
    const number = made.singles;
    const id = singleId(at, number, random);
    seq += 1;
    const waited = APPLIED_MS.least + random() * (APPLIED_MS.most - APPLIED_MS.least);
    const tail = `high\taged-${number}\t\\N\t\\N`;
    add(draw(), { id, head: String(seq), tail, at: at + Math.floor(waited) });
    made = { ...made, singles: number + 1 };
  }

  /** @returns whether there are more. */
  function addLine(batch: Lines): boolean {
    const operation = draw();
    const line = batch.add(operation, owners.partitions[operation.wallet] ?? 0, assetOf(operation.wallet));
    add(operation, { id: line.id, head: '\\N', tail: line.tail, at: line.at });
    if (line.number < lines) return true;
    batch.end(ended, { total: lines, endedAt: timeText(movedAt) });
    made = { ...made, batches: made.batches + 1 };
    return false;
  }

  return {
    next(count) {
      for (const rows of [chunk.operations, chunk.movements, chunk.failures]) rows.clear();
      while (chunk.operations.count < count) {
        if (open !== null) {
          if (!addLine(open)) open = null;
        } else if (made.batches < batches && made.singles * batches >= made.batches * singles) {
          seq += 1;
          open = beginBatch({ number: made.batches, seq, at: now(), partitions: plan.partitions, random });
        } else if (made.singles < singles) addSingle();
        else break;
      }
      return chunk;
    },
    book,
    batches: ended,
    lastSeq: () => seq,
  };
}

/** Draws operations that fit what their wallet holds. */
function createDraw(plan: HistoryPlan, book: Book, random: () => number): () => Drawn {
  /** The square has a wallet in a hundred take a tenth of all operations. */
  const drawWallet = (): number => Math.floor(plan.wallets * random() ** 2);
  function drawReceiver(wallet: number): number {
    const drawn = drawWallet();
    // An even number, as that of every wallet of the asset.
    const even = drawn - (drawn % 2);
    if (even !== wallet) return even;
    return wallet >= 2 ? wallet - 2 : wallet + 2;
  }
  return () => {
    const wallet = drawWallet();
    const place = book.accountOf(wallet);
    if (book.versionAt(place) === 0) {
      const amount = FIRST_DEPOSIT / 10 + Math.floor(random() * FIRST_DEPOSIT);
      return { wallet, receiver: -1, type: 'deposit', amount, fails: false };
    }
    const drawn = DRAWN[Math.floor(random() * DRAWN.length)] ?? 'deposit';
    const amount = 1 + Math.floor(random() * MOST);
    if (!DEBITS.has(drawn)) return { wallet, receiver: -1, type: drawn, amount, fails: false };
    const isTransfer = drawn === 'transfer' && wallet % 2 === 0;
    const type = drawn === 'transfer' && !isTransfer ? 'spend' : drawn;
    const receiver = isTransfer ? drawReceiver(wallet) : -1;
    const balance = book.balanceAt(place);
    const fails = balance === 0 || random() < REFUSED;
    return { wallet, receiver, type, amount: fails ? balance + amount : Math.min(balance, amount), fails };
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
