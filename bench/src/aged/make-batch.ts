import { createHash } from 'node:crypto';
import { lineId } from '@wallet/shared/words/batch';
import { ASSETS } from './history-plan.ts';
import type { Rows } from './rows.ts';

/** Rows of the tables of batches. */
export interface BatchRows {
  readonly batches: Rows;
  readonly parts: Rows;
  readonly totals: Rows;
}

export const BATCH_COLUMNS =
  'id, seq, total, replayed, idempotency_key, request_hash, priority, atomic, accepted_at, open_parts, finished_at';
export const PART_COLUMNS = 'batch_id, partition, after_id, last_id, touched_at';
export const TOTAL_COLUMNS =
  'batch_id, partition, asset_id, lines, amount, succeeded, succeeded_amount, failed, failed_amount, started_at';

/** The lines of one in four batches have their own idempotency keys. */
const KEYED = 4;
/** From acceptance to the first line, and lines per millisecond from there. */
const WAITED_MS = 100;
const LINES_PER_MS = 20;
/** The header is the first line of a file. */
const HEADER_LINES = 1;

/** A batch whose lines are being generated. */
export interface Lines {
  add(
    operation: { readonly amount: number; readonly fails: boolean },
    partition: number,
    asset: number,
  ): { readonly id: string; readonly number: number; readonly tail: string; readonly at: number };
  /** Adds the rows of its outcome. */
  end(rows: BatchRows, ended: { total: number; endedAt: string }): void;
}

interface Sums {
  readonly partition: number;
  readonly asset: number;
  lines: number;
  amount: number;
  failed: number;
  failedAmount: number;
}

/** A batch that is accepted, applied and finished at one moment. */
export function beginBatch(batch: {
  readonly number: number;
  readonly seq: number;
  readonly at: number;
  readonly partitions: number;
  readonly random: () => number;
}): Lines {
  const { number, seq, at, random } = batch;
  const id = batchId(at, random);
  const prefixes = Array.from({ length: batch.partitions }, (_, partition) => lineId(id, partition, 0).slice(0, -5));
  const lasts: (string | undefined)[] = [];
  const sums = new Map<number, Sums>();
  const acceptedAt = new Date(at).toISOString();
  let lines = 0;

  function sumsOf(partition: number, asset: number): Sums {
    const key = partition * (ASSETS.length + 1) + asset;
    const found = sums.get(key);
    if (found !== undefined) return found;
    const made = { partition, asset, lines: 0, amount: 0, failed: 0, failedAmount: 0 };
    sums.set(key, made);
    return made;
  }

  return {
    add({ amount, fails }, partition, asset) {
      lines += 1;
      const own = `${prefixes[partition]}${lines.toString(16).padStart(5, '0')}`;
      lasts[partition] = own;
      const sum = sumsOf(partition, asset);
      sum.lines += 1;
      sum.amount += amount;
      if (fails) {
        sum.failed += 1;
        sum.failedAmount += amount;
      }
      const key = number % KEYED === 0 ? `line-${number}-${lines}` : '\\N';
      const tail = `low\t${key}\t${id}\t${lines + HEADER_LINES}`;
      return { id: own, number: lines, tail, at: at + WAITED_MS + Math.floor(lines / LINES_PER_MS) };
    },
    end(rows, { total, endedAt }) {
      const hash = createHash('sha256').update(id).digest('hex');
      rows.batches.add(
        `${id}\t${seq}\t${total}\t0\taged-batch-${number}\t\\\\x${hash}\tlow\tf\t${acceptedAt}\t0\t${endedAt}`,
      );
      lasts.forEach((last, partition) => {
        rows.parts.add(`${id}\t${partition}\t${last}\t${last}\t${endedAt}`);
      });
      for (const sum of sums.values()) {
        const succeeded = `${sum.lines - sum.failed}\t${sum.amount - sum.failedAmount}`;
        rows.totals.add(
          `${id}\t${sum.partition}\t${sum.asset}\t${sum.lines}\t${sum.amount}\t${succeeded}\t${sum.failed}\t${sum.failedAmount}\t${acceptedAt}`,
        );
      }
    },
  };
}

/** As `newBatchId` makes them, from random numbers that are the same in each run. */
function batchId(at: number, random: () => number): string {
  const time = at.toString(16).padStart(12, '0');
  const digits = (count: number): string =>
    Math.floor(random() * 16 ** count)
      .toString(16)
      .padStart(count, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7fff-8${digits(3)}-${digits(7)}00000`;
}
