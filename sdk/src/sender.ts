import { WalletConnectionError, WalletDeadlineError } from './errors.ts';
import { type Failure, causeOf, isPassing, mayHaveHappened, readRefusal, toError } from './failure.ts';
import { Limit, TimedOut } from './limit.ts';
import { pause, pauseAfter } from './pause.ts';
import type { SentBody } from './sent-body.ts';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, and what it waits for, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt may take, beyond what it was asked to wait. A body that is streamed begins it anew with each piece. */
  readonly timeoutMs?: number | undefined;
  /** How long all attempts together may take, beyond what they were asked to wait. `Infinity` sets no limit. */
  readonly deadlineMs?: number | undefined;
  /** Told about the answer that the call returns. */
  readonly onAnswer?: ((answer: AnswerFacts) => void) | undefined;
}

/** What an answer says besides its body. */
export interface AnswerFacts {
  readonly status: number;
  readonly requestId: string | null;
  /** The same request was accepted before: by an earlier call with its key, or by an earlier attempt of this one. */
  readonly isReplayed: boolean;
  readonly attempts: number;
}

/** Told before an attempt is repeated. */
export interface Retry {
  readonly error: Error;
  readonly attempts: number;
  readonly delayMs: number;
}

export interface SenderSettings {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly fetch: typeof fetch;
  readonly onRetry: ((retry: Retry) => void) | undefined;
}

export interface Outgoing {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: SentBody | null;
  /** Whether sending it again does no more than sending it once. */
  readonly isRepeatable: boolean;
  readonly waitMs: number;
  readonly idempotencyKey: string | null;
}

/** A connection that takes nothing of a body for so long is broken. */
const SILENCE_MS = 60_000;

type Outcome<Result> = { readonly result: Result } | { readonly failure: Failure };
/** Reads a good answer, that of the attempt with this number. */
type Take<Result> = (response: Response, limit: Limit, attempts: number) => Promise<Outcome<Result>>;

/**
 * Sends requests. One that fails is repeated, with a pause, while that can help (a lost connection, no answer in time, 408, 429,
 * 5xx), until its time is over. If the service may have carried it out already, it is repeated only if that does no harm.
 */
export class Sender {
  readonly #settings: SenderSettings;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
  }

  /** @returns the JSON of the answer, null where it has none. @throws WalletError */
  async send(request: Outgoing, options: CallOptions): Promise<unknown> {
    return this.#repeat(request, options, async (response, limit) => {
      try {
        return { result: response.status === 204 ? null : ((await response.json()) as unknown) };
      } catch (error) {
        // The body came to its end, and is not JSON.
        if (error instanceof SyntaxError) return this.#foreign('is not JSON', response.status, error);
        throw error;
      } finally {
        limit.release();
      }
    });
  }

  /**
   * @returns the body of the answer, to be read piece by piece; it ends with a WalletConnectionError if it breaks off, or if
   *   nothing comes for `silenceMs`.
   * @throws WalletError
   */
  async open(request: Outgoing, options: CallOptions, silenceMs: number): Promise<AsyncGenerator<Uint8Array, void>> {
    return this.#repeat(request, options, (response, limit, attempts) =>
      Promise.resolve({ result: readPieces(response, limit, { silenceMs, attempts, signal: options.signal }) }),
    );
  }

  async #repeat<Result>(request: Outgoing, options: CallOptions, take: Take<Result>): Promise<Result> {
    const { isRepeatable, waitMs, idempotencyKey, body } = request;
    const allowedMs = (options.deadlineMs ?? this.#settings.deadlineMs) + waitMs;
    const deadline = Date.now() + allowedMs;
    let isUncertain = false;
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await this.#attempt(request, options, { attempts, deadline, take });
      if ('result' in outcome) return outcome.result;
      const { failure } = outcome;
      isUncertain ||= mayHaveHappened(failure);
      const progress = { attempts, mayHaveHappened: isUncertain && request.method !== 'GET', idempotencyKey };
      const error = toError(failure, progress);
      const isSafe = (isRepeatable || !mayHaveHappened(failure)) && (body?.isRepeatable ?? true);
      if (!isPassing(failure) || !isSafe) throw error;
      const retryAfterMs = failure.kind === 'refused' ? failure.retryAfterMs : 0;
      const delayMs = pauseAfter(attempts, retryAfterMs, Math.random);
      if (Date.now() + delayMs >= deadline) {
        const tried = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
        throw new WalletDeadlineError(`Gave up after ${tried} in ${allowedMs} ms: ${error.message}`, progress, error);
      }
      this.#settings.onRetry?.({ error, attempts, delayMs });
      await pause(delayMs, options.signal);
    }
  }

  async #attempt<Result>(
    request: Outgoing,
    options: CallOptions,
    now: {
      readonly attempts: number;
      readonly deadline: number;
      readonly take: Take<Result>;
    },
  ): Promise<Outcome<Result>> {
    options.signal?.throwIfAborted();
    const timeoutMs = (options.timeoutMs ?? this.#settings.timeoutMs) + request.waitMs;
    const allowed = (ms: number): number => Math.min(ms, now.deadline - Date.now());
    const limit = new Limit(options.signal, allowed(timeoutMs));
    const opened = request.body?.open((isSending) => {
      limit.restart(allowed(isSending ? Math.min(timeoutMs, SILENCE_MS) : timeoutMs));
    });
    let isTaken = false;
    try {
      const response = await this.#fetch(request, limit.signal, opened?.body ?? null);
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        return this.#foreign('is a redirect', response.status, null);
      }
      if (!response.ok) return { failure: await readRefusal(response) };
      const outcome = await now.take(response, limit, now.attempts);
      isTaken = 'result' in outcome;
      if (isTaken) options.onAnswer?.(factsOf(response, now.attempts));
      return outcome;
    } catch (error) {
      options.signal?.throwIfAborted();
      const failure = opened?.failure();
      if (failure !== undefined) throw failure.error;
      return { failure: { kind: 'lost', reason: reasonOf(error, limit), cause: error } };
    } finally {
      // A body that is still read keeps its limit, and releases it at its end.
      if (!isTaken) limit.release();
    }
  }

  #foreign(what: string, status: number, cause: unknown): { failure: Failure } {
    const reason = `The answer ${what}. Is ${this.#settings.baseUrl} the address of the service?`;
    return { failure: { kind: 'foreign', reason, cause, status } };
  }

  #fetch(
    { method, path, headers }: Outgoing,
    signal: AbortSignal,
    body: NonNullable<RequestInit['body']> | null,
  ): Promise<Response> {
    const { baseUrl, apiKey, fetch } = this.#settings;
    const init: RequestInit & { duplex?: 'half' } = {
      ...{ method, signal, body },
      headers: { ...headers, ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }) },
      // The key goes to the service that was named, and nowhere else; nothing else goes with it.
      ...{ redirect: 'manual', credentials: 'omit' },
      // `fetch` asks for it where the body is a stream.
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    };
    return fetch(`${baseUrl}${path}`, init);
  }
}

function factsOf({ status, headers }: Response, attempts: number): AnswerFacts {
  const isReplayed = headers.get('Idempotent-Replayed') === 'true';
  return { status, requestId: headers.get('X-Request-Id'), isReplayed, attempts };
}

function reasonOf(error: unknown, { signal }: Limit): string {
  if (signal.reason instanceof TimedOut) return signal.reason.message;
  const { message, code } = causeOf(error) as { readonly message?: unknown; readonly code?: unknown };
  const said = [message, code].map(String).find((text) => text !== '' && text !== 'undefined');
  return `The service did not answer: ${said ?? 'no reason is known'}`;
}

async function* readPieces(
  response: Response,
  limit: Limit,
  {
    silenceMs,
    attempts,
    signal,
  }: { readonly silenceMs: number; readonly attempts: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader();
  let isAtEnd = false;
  try {
    while (reader !== undefined && !isAtEnd) {
      limit.restart(silenceMs);
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal?.throwIfAborted();
        const progress = { attempts, mayHaveHappened: false, idempotencyKey: null };
        throw new WalletConnectionError(reasonOf(error, limit), progress, { cause: error, status: null });
      });
      isAtEnd = done;
      if (value !== undefined) yield value;
    }
  } finally {
    limit.release();
    if (!isAtEnd) await reader?.cancel().catch(() => undefined);
  }
}
