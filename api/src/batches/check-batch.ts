import { createHash } from 'node:crypto';
import { ATOMIC_LIMIT } from '@wallet/shared/words/batch';
import type { Database } from '@wallet/shared/database/pool';
import { type Batch, type NewBatch, findBatch } from '@wallet/shared/database/tables/batches';
import type { SkippedLine } from '@wallet/shared/database/tables/skipped-lines';
import type { Priority } from '@wallet/shared/words/operation';
import { type LineError, Problem } from '../http/problem.ts';
import { type CheckedLines, BAD_LINES_NAMED, type ReadyLines, checkLines } from './check-lines.ts';
import type { LineNeeds } from './find-line-facts.ts';
import type { RawLine } from './raw-line.ts';
import type { Spool } from './spool.ts';

/** The parameters of a batch besides its lines. In a large body they are known after the last line. */
export interface BatchOptions {
  readonly priority: Priority;
  readonly atomic: boolean;
  /** Whether each line sends an event when it ends. */
  readonly lineEvents: boolean;
  readonly idempotencyKey: string | null;
  readonly retryOf: string | null;
}

/** The batch to accept, and whether it is only validated. */
export interface BatchRequest {
  readonly validateOnly: boolean;
  /** Whether a line's idempotency key or reference names its request. */
  readonly hasKeys: boolean;
  /** Whether invalid lines are left out: otherwise one of them rejects the batch. */
  readonly skips: boolean;
  /** A hash of the body, once it has been read; null if the lines come from elsewhere. */
  readonly bodyHash: (() => string) | null;
  /** The parameters known so far: the end of the body may change them. */
  options(): BatchOptions;
}

/** A batch whose lines have all been read, and are in the spool. */
export interface CheckedBatch {
  readonly lines: CheckedLines;
  readonly batch: NewBatch;
  /** The same batch, accepted earlier under the same key. */
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
  const rules = { isAtomic: () => wanted.options().atomic, hasKeys: wanted.hasKeys, skips: wanted.skips };
  const lines = await checkLines(needs, id, source, spool, rules);
  const options = wanted.options();
  if (lines.bad.count > 0 && !wanted.skips) throw refuseLines(lines);
  refuseSize(lines, options);
  const names = nameBatch(lines, options, wanted.bodyHash);
  const earlier = await findSame(needs.storing, names, options.idempotencyKey, wanted.skips);
  if (earlier === null) refuseSkipped(lines, wanted.skips);
  const skippedLines = wanted.skips ? badLines(lines) : [];
  return { lines, batch: describe(id, { lines, skippedLines, options, names }), earlier };
}

function refuseLines({ lines, bad, late }: CheckedLines, remark = ''): Problem {
  const count = bad.count + late.count;
  return refused(
    `${count} of ${lines} lines ${count === 1 ? 'is' : 'are'} not valid.${remark}`,
    badLines({ bad, late }),
  );
}

function badLines({ bad, late }: Pick<CheckedLines, 'bad' | 'late'>): LineError[] {
  return [...bad.errors, ...late.errors].toSorted((a, b) => a.line - b.line).slice(0, BAD_LINES_NAMED);
}

/** @throws Problem if there are invalid lines that cannot be left out. */
function refuseSkipped(lines: CheckedLines, skips: boolean): void {
  const count = lines.bad.count + lines.late.count;
  if (count === 0) return;
  if (!skips || count === lines.lines) throw refuseLines(lines);
  if (count > BAD_LINES_NAMED) throw refuseLines(lines, ` on_invalid=skip leaves out at most ${BAD_LINES_NAMED}.`);
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

/**
 * The names under which the same batch is recognised when it is sent again: `whole`, by the content of its lines in any
 * format; and, if lines are left out, `inPart`, by the bytes of its body, since a line may be invalid now and valid the
 * next time. Each is null if it cannot be computed.
 */
interface BatchNames {
  readonly whole: string | null;
  readonly inPart: string | null;
}

function nameBatch(lines: CheckedLines, options: BatchOptions, bodyHash: BatchRequest['bodyHash']): BatchNames {
  const inPart =
    bodyHash &&
    createHash('sha256')
      .update(JSON.stringify(['in part', bodyHash()]))
      .digest('hex');
  if (lines.bad.count > 0) return { whole: null, inPart };
  const whole = lines.hash.update(JSON.stringify([options.atomic, options.retryOf])).digest('hex');
  return { whole, inPart };
}

/**
 * The same batch, accepted earlier under its key or else under one of its names.
 * @throws Problem if its key names another batch, or the same body was accepted without its invalid lines, which is not
 * permitted now.
 */
async function findSame(
  storing: Database,
  { whole, inPart }: BatchNames,
  idempotencyKey: string | null,
  skips: boolean,
): Promise<Batch | null> {
  const same = skips ? [whole, inPart] : [whole];
  if (idempotencyKey !== null) return findUnderKey(storing, idempotencyKey, same);
  const earlierInPart = inPart === null ? null : await findBatch(storing, { idempotencyKey: ownKey(inPart) });
  if (earlierInPart !== null && !skips) {
    throw new Problem(
      'idempotency_key_reused',
      `The same body was accepted with on_invalid=skip, as batch ${earlierInPart.id}: send only the lines that it left out.`,
    );
  }
  if (earlierInPart !== null || whole === null) return earlierInPart;
  return findBatch(storing, { idempotencyKey: ownKey(whole) });
}

function ownKey(hash: string): string {
  return `sha256:${hash}`;
}

function describe(
  id: string,
  {
    lines,
    skippedLines,
    options,
    names,
  }: {
    readonly lines: CheckedLines;
    readonly skippedLines: readonly SkippedLine[];
    readonly options: BatchOptions;
    readonly names: BatchNames;
  },
): NewBatch {
  const { whole, inPart } = names;
  const requestHash = skippedLines.length > 0 ? inPart : whole;
  if (requestHash === null) throw new Error('a batch with bad lines has no name');
  return {
    ...options,
    id,
    total: lines.lines - lines.replayed - skippedLines.length,
    replayed: lines.replayed,
    skippedLines,
    idempotencyKey: options.idempotencyKey ?? ownKey(requestHash),
    requestHash,
    parts: lines.parts,
    totals: lines.totals,
  };
}

/** The batch accepted earlier under the key. @throws Problem if it was another one. */
export async function findEarlier(storing: Database, { idempotencyKey, requestHash }: NewBatch): Promise<Batch | null> {
  return findUnderKey(storing, idempotencyKey, [requestHash]);
}

async function findUnderKey(
  storing: Database,
  idempotencyKey: string,
  same: readonly (string | null)[],
): Promise<Batch | null> {
  const earlier = await findBatch(storing, { idempotencyKey });
  if (earlier === null || same.includes(earlier.requestHash)) return earlier;
  throw new Problem('idempotency_key_reused', `The key ${idempotencyKey} was used for another batch.`);
}
