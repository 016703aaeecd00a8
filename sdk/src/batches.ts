import { type Call, type Query, call, toOutgoing } from './call.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { WalletApiError } from './errors.ts';
import { type Filter, list, splitCallOptions } from './list.ts';
import type { Pages } from './pages.ts';
import { pause } from './pause.ts';
import type { AcceptedBatch, Batch, BatchLine, BatchLineResult, CheckedBatch, PolledBatch } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';
import { type FileSource, type LineSource, type SentBody, bodyOfFile, bodyOfLines } from './sent-body.ts';

/** What a file of lines is written as. */
export type FileType = 'text/csv' | 'application/x-ndjson';
/** What a file of operations can be; JSON has all of them in `{"operations": [...]}`. */
export type UploadType = FileType | 'application/json';

type BatchQuery = Omit<Query<'/batches', 'post'>, 'validate_only'>;
interface BatchCallOptions extends CallOptions {
  /** Names the batch, so that another call with the same key gets the same batch. */
  readonly idempotencyKey?: string | undefined;
}
export type BatchOptions = BatchQuery & BatchCallOptions;
export type FileOptions = BatchOptions & { readonly type: UploadType };
/** What `follow` and `wait` take. */
export interface FollowOptions extends CallOptions {
  /** For how long at most: an hour unless said. */
  readonly wait?: Duration | undefined;
}

/** A body of a million lines takes its time to be sent, and to be stored. One that is streamed gets it anew with each piece. */
const UPLOAD_MS = 900_000;
/** Each look lasts until the batch has finished, and at most so long: what is seen is no older. */
const LOOK_MS = 1_000;
/** Between two looks, where the service does not wait as it was asked to. */
const PAUSE_MS = 200;
/** An export that sends nothing for so long is broken. */
const SILENCE_MS = 60_000;

/** Many operations in one request: all of them are accepted, or none. */
export class Batches {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Sends operations, which are streamed as they come. An array, or a function that begins the lines anew, is sent again if the
   * connection breaks; an iterable that can be read only once is not, and then a `WalletConnectionError` is thrown.
   * @throws WalletApiError `batch_refused`: `errors` has the first lines that are wrong, and nothing was accepted
   */
  create(lines: LineSource<BatchLine>, options: BatchOptions = {}): Promise<AcceptedBatch> {
    return this.#accept('application/x-ndjson', bodyOfLines(lines), options);
  }

  /**
   * Sends a file: a `Blob`, its text or bytes, a stream, or a function that opens the stream anew, so that it can be sent again if
   * the connection breaks. Without an `idempotencyKey`, its content is its name: the same file is the same batch, however often
   * it is sent.
   * @throws WalletApiError `batch_refused`: `errors` has the first lines that are wrong, and nothing was accepted
   */
  upload(file: FileSource, { type, ...options }: FileOptions): Promise<AcceptedBatch> {
    return this.#accept(type, bodyOfFile(file), knownByContent(options));
  }

  /** Only checks a file: what would be accepted. @throws WalletApiError `batch_refused` */
  async check(file: FileSource, { type, ...options }: FileOptions): Promise<CheckedBatch> {
    const answer = await this.#send(type, bodyOfFile(file), { ...knownByContent(options), validate_only: true });
    if (!('valid' in answer)) throw new TypeError('The service accepted what it was to check.');
    return answer;
  }

  /** @throws WalletApiError `batch_not_found` */
  get(id: string, options: CallOptions = {}): Promise<PolledBatch> {
    return call(this.#sender, 'get', '/batches/{id}', { params: { id } }, options);
  }

  /** Batches, newest first. */
  list(filter: Filter<'/batches'> = {}): Pages<Batch> {
    return list(this.#sender, '/batches', filter);
  }

  /** Looks at a batch about once a second: yields it as it stands, the last time when it has finished. */
  async *follow(id: string, options: FollowOptions = {}): AsyncGenerator<PolledBatch, void> {
    const { wait = '1h', ...more } = options;
    const until = Date.now() + toMilliseconds(wait);
    for (;;) {
      const waitMs = Math.min(LOOK_MS, Math.max(0, until - Date.now()));
      const batch = await call(this.#sender, 'get', '/batches/{id}', { params: { id }, waitMs }, more);
      yield batch;
      if (batch.finished_at !== null || Date.now() >= until) return;
      await pause(PAUSE_MS, more.signal);
    }
  }

  /** Waits until a batch has finished. @returns the batch as it is then, or, after `wait`, as it is at that moment. */
  async wait(id: string, options: FollowOptions = {}): Promise<PolledBatch> {
    let last: PolledBatch | undefined;
    for await (const batch of this.follow(id, options)) last = batch;
    return last ?? this.get(id, options);
  }

  /** The operations of a batch in the order of its lines; `{ status: 'failed' }` leaves only those that failed. */
  lines(id: string, filter: LinesFilter & CallOptions = {}): Pages<BatchLineResult> {
    return list(this.#sender, '/batches/{id}/operations', filter, { params: { id } });
  }

  /** All lines of a batch as one file, piece by piece. One that breaks off ends with a `WalletConnectionError`: begin it anew. */
  async export(
    id: string,
    { type, ...filter }: Omit<LinesFilter, 'limit' | 'cursor'> & CallOptions & { readonly type: FileType },
  ): Promise<AsyncGenerator<Uint8Array, void>> {
    const [query, options] = splitCallOptions(filter);
    const sent = { params: { id }, query, accept: type };
    return this.#sender.open(toOutgoing('get', '/batches/{id}/operations', sent), options, SILENCE_MS);
  }

  /** Ends what is still pending: it has failed then, with the code `cancelled`. @throws WalletApiError `batch_finished` */
  async cancel(id: string, options: CallOptions = {}): Promise<Batch> {
    try {
      return await call(this.#sender, 'post', '/batches/{id}/cancel', { params: { id } }, options);
    } catch (error) {
      if (!(error instanceof WalletApiError && error.code === 'batch_finished' && error.mayHaveHappened)) throw error;
      // The attempt whose answer was lost may have cancelled it.
      const batch = await this.get(id, options);
      if (batch.cancelled_at === null) throw error;
      return batch;
    }
  }

  /**
   * Asks once more for the lines that failed, as another batch.
   * @throws WalletApiError `batch_not_finished`, `nothing_to_retry`
   */
  retry(id: string, options: CallOptions = {}): Promise<Batch> {
    return call(this.#sender, 'post', '/batches/{id}/retry', { params: { id } }, options);
  }

  async #accept(type: UploadType, body: SentBody, options: SendOptions): Promise<AcceptedBatch> {
    const answer = await this.#send(type, body, options);
    if ('valid' in answer) throw new TypeError('The service only checked what it was to accept.');
    return answer;
  }

  #send(type: UploadType, body: SentBody, given: SendOptions): Promise<AcceptedBatch | CheckedBatch> {
    const [{ idempotencyKey, ...query }, options] = splitCallOptions(given);
    const sent: Call<'/batches', 'post'> = { query, upload: { type, body }, idempotencyKey };
    const limits = { timeoutMs: options.timeoutMs ?? UPLOAD_MS, deadlineMs: options.deadlineMs ?? UPLOAD_MS };
    return call(this.#sender, 'post', '/batches', sent, { ...options, ...limits });
  }
}

/** Without a key, the service names a batch by its content. */
function knownByContent(options: BatchOptions): SendOptions {
  return { ...options, idempotencyKey: options.idempotencyKey ?? null };
}

type LinesFilter = Query<'/batches/{id}/operations', 'get'>;
type SendOptions = Query<'/batches', 'post'> & CallOptions & { readonly idempotencyKey?: string | null | undefined };
