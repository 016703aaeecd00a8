import { setTimeout as delay } from 'node:timers/promises';
import { newBatchId } from '@wallet/shared/words/batch';
import { constraintOf, isPassing } from '@wallet/shared/database/sqlstate';
import { type Batch, findBatch } from '@wallet/shared/database/tables/batches';
import type { SkippedLine } from '@wallet/shared/database/tables/skipped-lines';
import type { LogError } from '@wallet/shared/process/log-errors';
import type { OperationType } from '@wallet/shared/words/operation';
import pLimit from 'p-limit';
import type { Problem } from '../http/problem.ts';
import { type BatchRequest, type CheckedBatch, checkBatch, findEarlier } from './check-batch.ts';
import type { CheckedLines, ReadyLines } from './check-lines.ts';
import type { LineNeeds } from './find-line-facts.ts';
import type { RawLine } from './raw-line.ts';
import { type Spool, createSpool } from './spool.ts';
import { rehearse, storeBatch } from './store-batch.ts';

/**
 * The upload of a batch: all of its lines are accepted as one batch, or none. The lines are checked as they arrive, and lie in a
 * spool, from which one transaction stores them. That begins when the first lines are there and, last of all, gives the batch
 * its place in the order of acceptance.
 *
 *     reading → storing | waiting
 *     storing → stored | waiting
 *     waiting → storing | stored | refused | replayed | checked
 *
 * - `reading`: lines arrive, and nothing is decided about storing them.
 * - `storing`: the transaction is open, and takes the lines as they arrive.
 * - `waiting`: nothing is open, and nothing can be stored before all lines have arrived: the key is known, the transaction
 *   could not stay open, or it failed.
 * - `stored`, `refused`, `replayed` (the same batch was accepted before) and `checked` (that was all that was asked) are final.
 *
 * Lines keep arriving in each of the first three; `Upload.read` says how that ends.
 */
type State =
  | { readonly at: 'reading' }
  | { readonly at: 'storing'; readonly failures: number }
  | { readonly at: 'waiting'; readonly failures: number; readonly failure: unknown }
  | End;

type End =
  | { readonly at: 'stored' | 'checked'; readonly checked: CheckedBatch }
  | { readonly at: 'replayed'; readonly batch: Batch }
  | { readonly at: 'refused'; readonly because: unknown };

/** The pauses before the transaction is retried. The first is for a failure while the batch was still being read. */
const RETRY_MS = [0, 100, 500];
/** The most batches that one process reads at once. */
const UPLOADS = 4;

/** The dependencies of accepting batches. */
export interface UploadNeeds extends LineNeeds {
  /** Makes the rejection of an upload for which there is no room. */
  readonly refuseUpload: () => Problem<'overloaded'>;
  /** Rings for partitions whose lines were accepted. */
  readonly ring: (partitions: Iterable<number>) => void;
  /** Called for each batch accepted now, with its lines by type and the duration. */
  readonly onAccepted: (types: ReadonlyMap<OperationType, number>, seconds: number) => void;
  /** Called for each failure to store a batch that is retried. */
  readonly onRetry: LogError;
  readonly spoolFolder: string;
}

/**
 * `accepted`: committed now. `replayed`: the same batch was accepted under this key before. `checked`: nothing is
 * stored; `acceptedAs` is the batch in which the same content was accepted before.
 */
export type BatchAcceptance =
  | { readonly kind: 'accepted' | 'replayed'; readonly batch: Batch }
  | {
      readonly kind: 'checked';
      readonly lines: CheckedLines;
      readonly skippedLines: readonly SkippedLine[];
      readonly acceptedAs: string | null;
    };

export type AcceptBatch = (source: AsyncIterable<RawLine[]>, wanted: BatchRequest) => Promise<BatchAcceptance>;

/**
 * Makes the function that accepts batches. Without an idempotency key a batch's content is its key: sending the same
 * again returns the first batch. It rejects with the Problem of the batch, such as `batch_refused` with the first
 * invalid lines, or `overloaded`; then nothing was stored.
 */
export function createAcceptBatch(needs: UploadNeeds): AcceptBatch {
  const places = pLimit(UPLOADS);
  return async (source, wanted) => {
    if (places.activeCount >= UPLOADS) throw needs.refuseUpload();
    return places(() => acceptBatch(needs, source, wanted));
  };
}

async function acceptBatch(
  needs: UploadNeeds,
  source: AsyncIterable<RawLine[]>,
  wanted: BatchRequest,
): Promise<BatchAcceptance> {
  const begun = performance.now();
  const spool = await createSpool<ReadyLines>(needs.spoolFolder);
  const upload = beginReading(needs, source, wanted, spool);
  let state: State = { at: 'reading' };
  try {
    while (!isEnd(state)) state = await step(needs, upload, state);
  } finally {
    // The rest of the upload is written into the spool.
    await upload.read;
    await spool.close();
  }
  return conclude(needs, upload, state, begun);
}

function isEnd(state: State): state is End {
  return state.at !== 'reading' && state.at !== 'storing' && state.at !== 'waiting';
}

async function step(needs: UploadNeeds, upload: Upload, state: Exclude<State, End>): Promise<State> {
  switch (state.at) {
    case 'reading':
      return whileReading(needs, upload);
    case 'storing':
      return whileStoring(needs, upload, state.failures);
    case 'waiting':
      return whileWaiting(needs, upload, state);
  }
}

/** How reading ended. */
type Read = { readonly checked: CheckedBatch } | { readonly refused: unknown };

interface Upload {
  readonly id: string;
  readonly wanted: BatchRequest;
  readonly spool: Spool<ReadyLines>;
  /** Resolves, and never rejects, when no more lines arrive. */
  readonly read: Promise<Read>;
  readonly progress: () => 'reading' | 'read' | 'refused';
}

/** Starts checking the lines as they arrive, and putting them into the spool. */
function beginReading(
  needs: UploadNeeds,
  source: AsyncIterable<RawLine[]>,
  wanted: BatchRequest,
  spool: Spool<ReadyLines>,
): Upload {
  const id = newBatchId();
  let progress: ReturnType<Upload['progress']> = 'reading';
  const read = checkBatch(needs, id, source, spool, wanted)
    .finally(() => {
      spool.end();
    })
    .then(
      (checked): Read => {
        progress = 'read';
        return { checked };
      },
      (refused: unknown): Read => {
        progress = 'refused';
        return { refused };
      },
    );
  return { id, wanted, spool, read, progress: () => progress };
}

/** `reading`: the lines are stored as they arrive, unless nothing has to be stored. */
async function whileReading({ storing }: UploadNeeds, { wanted }: Upload): Promise<State> {
  const waiting = { at: 'waiting', failures: 0, failure: null } as const;
  if (wanted.validateOnly) return waiting;
  try {
    const { idempotencyKey } = wanted.options();
    const isKnown = idempotencyKey !== null && (await findBatch(storing, { idempotencyKey })) !== null;
    return isKnown ? waiting : { at: 'storing', failures: 0 };
  } catch (failure) {
    return { ...waiting, failure };
  }
}

/** `storing`: one transaction, which waits for the lines that are still to arrive. */
async function whileStoring({ storing }: UploadNeeds, upload: Upload, failures: number): Promise<State> {
  const checked = upload.read.then((read) => ('checked' in read ? read.checked : null));
  try {
    const stored = await storeBatch(storing, { ...upload, checked }, upload.wanted.options());
    const whole = await checked;
    if (stored === 'stored' && whole !== null) return { at: 'stored', checked: whole };
    return { at: 'waiting', failures, failure: null };
  } catch (failure) {
    return { at: 'waiting', failures, failure };
  }
}

/** `waiting`: once all lines have arrived, they and the result of the last attempt decide. */
async function whileWaiting(
  needs: UploadNeeds,
  upload: Upload,
  { failures, failure }: State & { at: 'waiting' },
): Promise<State> {
  const read = await upload.read;
  // An invalid line explains more than the failure that it caused.
  if ('refused' in read) return { at: 'refused', because: read.refused };
  const { checked } = read;
  if (failure !== null) return afterFailure(needs, upload, { checked, failure, failures });
  if (upload.wanted.validateOnly) {
    await rehearse(needs.storing, checked, upload.spool);
    return { at: 'checked', checked };
  }
  return checked.earlier === null ? { at: 'storing', failures } : { at: 'replayed', batch: checked.earlier };
}

/** The transaction may have been committed before its connection was lost; if it was not, it is retried. */
async function afterFailure(
  { storing, onRetry }: UploadNeeds,
  { id }: Upload,
  { checked, failure, failures }: { checked: CheckedBatch; failure: unknown; failures: number },
): Promise<State> {
  if (constraintOf(failure) === 'batches_idempotency_key_key') {
    const earlier = await findEarlier(storing, checked.batch);
    return earlier === null ? { at: 'refused', because: failure } : { at: 'replayed', batch: earlier };
  }
  const pause = RETRY_MS[failures];
  if (!isPassing(failure) || pause === undefined) return { at: 'refused', because: failure };
  onRetry(failure, { batch_id: id });
  await delay(pause);
  const isStored = (await findBatch(storing, { id }).catch(() => null)) !== null;
  return isStored ? { at: 'stored', checked } : { at: 'waiting', failures: failures + 1, failure: null };
}

/** The work left at the end, and the result. */
async function conclude(
  { storing, ring, onAccepted }: UploadNeeds,
  { id }: Upload,
  end: End,
  begun: number,
): Promise<BatchAcceptance> {
  switch (end.at) {
    case 'refused':
      throw end.because;
    case 'replayed':
      return { kind: 'replayed', batch: end.batch };
    case 'checked': {
      const { lines, batch, earlier } = end.checked;
      return { kind: 'checked', lines, skippedLines: batch.skippedLines, acceptedAs: earlier?.id ?? null };
    }
    case 'stored': {
      const { lines, batch } = end.checked;
      ring(batch.parts.map(({ partition }) => partition));
      onAccepted(lines.types, (performance.now() - begun) / 1000);
      const accepted = await findBatch(storing, { id });
      if (accepted === null) throw new Error(`batch ${id} was accepted and cannot be found`);
      return { kind: 'accepted', batch: accepted };
    }
  }
}
