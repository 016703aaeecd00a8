import { ATOMIC_LIMIT } from '@wallet/shared/words/batch';
import type { Database } from '@wallet/shared/database/pool';
import { type Batch, type NewBatch, findBatch } from '@wallet/shared/database/tables/batches';
import type { Priority } from '@wallet/shared/words/operation';
import { type LineError, Problem } from '../http/problem.ts';
import { type CheckedLines, ERRORS_TOLD, type ReadyLines, checkLines } from './check-lines.ts';
import type { LineNeeds } from './find-line-facts.ts';
import type { RawLine } from './raw-line.ts';
import type { Spool } from './spool.ts';

/** What is asked for, besides the lines. What a large body says of it is known when the last line has been read. */
export interface BatchOptions {
  readonly priority: Priority;
  readonly atomic: boolean;
  /** Whether each line tells of itself when it ends. */
  readonly lineEvents: boolean;
  readonly idempotencyKey: string | null;
  readonly retryOf: string | null;
}

/** What to accept, and whether it is only to be checked. */
export interface BatchRequest {
  readonly validateOnly: boolean;
  /** Whether a line's idempotency key or reference names its request. */
  readonly hasKeys: boolean;
  /** What is known now: the end of the body may say more. */
  options(): BatchOptions;
}

/** A batch whose lines have all been read, and lie in the spool. */
export interface CheckedBatch {
  readonly lines: CheckedLines;
  readonly batch: NewBatch;
  /** The same, as it was accepted under the same key before. */
  readonly earlier: Batch | null;
}

/** Reads a batch to its end, into the spool. @throws Problem if it cannot be accepted as it is. */
export async function checkBatch(
  needs: LineNeeds,
  id: string,
  source: AsyncIterable<RawLine[]>,
  spool: Spool<ReadyLines>,
  wanted: BatchRequest,
): Promise<CheckedBatch> {
  const rules = { isAtomic: () => wanted.options().atomic, hasKeys: wanted.hasKeys };
  const lines = await checkLines(needs, id, source, spool, rules);
  const options = wanted.options();
  if (lines.bad.count > 0) throw refuseLines(lines);
  refuseSize(lines, options);
  const batch = describe(id, lines, options);
  const earlier = await findEarlier(needs.storing, batch);
  if (earlier === null && lines.late.count > 0) throw refuseLines(lines);
  return { lines, batch, earlier };
}

function refuseLines({ lines, bad, late }: CheckedLines): Problem {
  const count = bad.count + late.count;
  const errors = [...bad.errors, ...late.errors].toSorted((a, b) => a.line - b.line).slice(0, ERRORS_TOLD);
  return refused(`${count} of ${lines} lines ${count === 1 ? 'is' : 'are'} not valid.`, errors);
}

function refuseSize({ lines }: CheckedLines, { atomic }: BatchOptions): void {
  if (lines === 0) throw refused('The batch has no operations.', []);
  if (atomic && lines > ATOMIC_LIMIT) {
    throw refused(`An atomic batch has at most ${ATOMIC_LIMIT} operations, this one has ${lines}.`, []);
  }
}

export function refused(detail: string, errors: readonly LineError[]): Problem {
  return new Problem('batch_refused', `${detail} Nothing was accepted.`, { errors });
}

function describe(id: string, lines: CheckedLines, options: BatchOptions): NewBatch {
  const requestHash = lines.hash.update(JSON.stringify([options.atomic, options.retryOf])).digest('hex');
  return {
    ...options,
    id,
    total: lines.lines - lines.replayed,
    replayed: lines.replayed,
    idempotencyKey: options.idempotencyKey ?? `sha256:${requestHash}`,
    requestHash,
    parts: lines.parts,
    totals: lines.totals,
  };
}

/** The batch that was accepted under the key before. @throws Problem if it was another one. */
export async function findEarlier(storing: Database, { idempotencyKey, requestHash }: NewBatch): Promise<Batch | null> {
  const earlier = await findBatch(storing, { idempotencyKey });
  if (earlier === null) return null;
  if (earlier.requestHash === requestHash) return earlier;
  throw new Problem('idempotency_key_reused', `The key ${idempotencyKey} was used for another batch.`);
}
