import { WalletDeadlineError } from './errors.ts';
import { type Failure, causeOf, isPassing, mayHaveHappened, readRefusal, toError } from './failure.ts';
import { Limit, TimedOut } from './limit.ts';
import { pause, pauseAfter } from './pause.ts';
import type { SentBody } from './sent-body.ts';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, and what it waits for, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt may take, beyond what it was asked to wait. */
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

type Outcome<Result> = { readonly result: Result } | { readonly failure: Failure };

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
        if (error instanceof SyntaxError) return foreign('The answer is not JSON.', error);
        throw error;
      } finally {
        limit.release();
      }
    });
  }

  /**
   * @returns the body of the answer, to be read piece by piece; it ends with an error if nothing comes for `silenceMs`.
   * @throws WalletError
   */
  async open(request: Outgoing, options: CallOptions, silenceMs: number): Promise<AsyncGenerator<Uint8Array, void>> {
    return this.#repeat(request, options, (response, limit) =>
      Promise.resolve({ result: readPieces(response, limit, silenceMs) }),
    );
  }

  async #repeat<Result>(
    request: Outgoing,
    options: CallOptions,
    take: (response: Response, limit: Limit) => Promise<Outcome<Result>>,
  ): Promise<Result> {
    const { isRepeatable, waitMs, idempotencyKey, body } = request;
    const allowedMs = (options.deadlineMs ?? this.#settings.deadlineMs) + waitMs;
    const deadline = Date.now() + allowedMs;
    let isUncertain = false;
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await this.#attempt(request, options, { attempts, leftMs: deadline - Date.now(), take });
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
      readonly leftMs: number;
      readonly take: (response: Response, limit: Limit) => Promise<Outcome<Result>>;
    },
  ): Promise<Outcome<Result>> {
    options.signal?.throwIfAborted();
    const timeoutMs = Math.min((options.timeoutMs ?? this.#settings.timeoutMs) + request.waitMs, now.leftMs);
    const limit = new Limit(options.signal, timeoutMs);
    const opened = request.body?.open();
    let isTaken = false;
    try {
      const response = await this.#fetch(request, limit.signal, opened?.body ?? null);
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        return foreign('The answer is a redirect.', null);
      }
      if (!response.ok) return { failure: await readRefusal(response) };
      const outcome = await now.take(response, limit);
      isTaken = 'result' in outcome;
      if (isTaken) options.onAnswer?.(factsOf(response, now.attempts));
      return outcome;
    } catch (error) {
      options.signal?.throwIfAborted();
      const failure = opened?.failure();
      if (failure !== undefined) throw failure.error;
      const reason = limit.signal.reason instanceof TimedOut ? limit.signal.reason.message : messageOf(error);
      return { failure: { kind: 'lost', reason, cause: error } };
    } finally {
      // A body that is still read keeps its limit, and releases it at its end.
      if (!isTaken) limit.release();
    }
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

function foreign(reason: string, cause: unknown): { failure: Failure } {
  return { failure: { kind: 'foreign', reason: `${reason} Is baseUrl the address of the service?`, cause } };
}

function factsOf({ status, headers }: Response, attempts: number): AnswerFacts {
  const isReplayed = headers.get('Idempotent-Replayed') === 'true';
  return { status, requestId: headers.get('X-Request-Id'), isReplayed, attempts };
}

function messageOf(error: unknown): string {
  const { message, code } = causeOf(error) as { readonly message?: unknown; readonly code?: unknown };
  const said = [message, code].map(String).find((text) => text !== '' && text !== 'undefined');
  return `The service did not answer: ${said ?? 'no reason is known'}`;
}

async function* readPieces(response: Response, limit: Limit, silenceMs: number): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader();
  let isAtEnd = false;
  try {
    while (reader !== undefined && !isAtEnd) {
      limit.restart(silenceMs);
      const { done, value } = await reader.read();
      isAtEnd = done;
      if (value !== undefined) yield value;
    }
  } finally {
    limit.release();
    if (!isAtEnd) await reader?.cancel().catch(() => undefined);
  }
}
