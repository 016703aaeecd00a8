import type { IncomingHttpHeaders } from 'node:http';
import { type ConnectOptions, connectChecked, refuseInside } from './connect-checked.ts';
import { type Connection, type Exchange, OriginConnections } from './connections.ts';
import { readRetryAfter } from './retry-after.ts';
import { AddressRefused, AnswerTooLong, type SendError, wordFor } from './send-error.ts';

/**
 * The result of one request. It was accepted if there is no `error` and the status is 2xx. A `status` beside an `error`
 * means that the answer began and did not end; only one that is too long counts as ended.
 */
export interface Attempt {
  status: number | null;
  error: SendError | null;
  /** How long the receiver asks to wait, at most a day; null if it did not say, and with a status of 2xx. */
  retryAfterMs: number | null;
  /** The beginning of the answer's body as text that Postgres can store; null if no answer began. */
  responseExcerpt: string | null;
  durationMs: number;
}

export interface WebhookRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface Sender {
  /** Posts it once. Never throws, and takes no longer than `timeoutMs`. */
  send(request: WebhookRequest): Promise<Attempt>;
  /** Ends requests in flight as `sender_closed`, and closes all connections. */
  close(): void;
}

interface SenderOptions extends ConnectOptions {
  /** From the call to the last byte of the answer. */
  timeoutMs?: number;
}

type Outcome = Omit<Attempt, 'durationMs'>;

/** Within the 15 to 30 s that Standard Webhooks recommends. */
const TIMEOUT_MS = 15_000;
const MAX_RESPONSE_BYTES = 64 * 1024;
const EXCERPT_BYTES = 1_024;
/** With more origins, those without a connection are forgotten. */
const ORIGINS_KNOWN = 256;

/**
 * Sends webhooks to URLs that callers chose: no receiver can cost more than `timeoutMs` and about 64 KB, or lead to an
 * internal host.
 *
 * Addresses are checked when connecting (`connectChecked`). Connections are reused only for the same host. Redirects
 * are not followed, bodies not decompressed, and a proxy in the environment is not used.
 */
export function createSender({ timeoutMs = TIMEOUT_MS, ...options }: SenderOptions): Sender {
  const origins = new Map<string, OriginConnections>();
  const underWay = new Set<SentRequest>();
  let isClosed = false;

  function connectionsTo(url: URL): OriginConnections {
    const known = origins.get(url.origin);
    if (known !== undefined) return known;
    if (origins.size >= ORIGINS_KNOWN) {
      for (const [origin, connections] of origins) if (connections.isUnused) origins.delete(origin);
    }
    const connections = new OriginConnections(url, connectChecked(url, options), MAX_RESPONSE_BYTES);
    origins.set(url.origin, connections);
    return connections;
  }

  /** @throws Error if the URL is invalid, or may not be sent to. */
  function send(message: WebhookRequest, onEnd: (outcome: Outcome) => void): void {
    const url = new URL(message.url);
    if (!options.allowPrivate) refuseInside(url);
    const sent = new SentRequest(url, message, {
      connections: connectionsTo(url),
      timeoutMs,
      onEnd(outcome) {
        underWay.delete(sent);
        onEnd(outcome);
      },
    });
    underWay.add(sent);
    sent.begin();
  }

  return {
    async send(message) {
      const begun = performance.now();
      const outcome = await new Promise<Outcome>((resolve) => {
        if (isClosed) resolve(failed('sender_closed'));
        else send(message, resolve);
      }).catch((thrown: unknown) => failed(thrown instanceof AddressRefused ? 'address_refused' : 'invalid_request'));
      return { ...outcome, durationMs: Math.round(performance.now() - begun) };
    },
    close() {
      isClosed = true;
      for (const sent of underWay) sent.stop('sender_closed');
      for (const connections of origins.values()) connections.close();
    },
  };
}

interface SentOptions {
  readonly connections: OriginConnections;
  readonly timeoutMs: number;
  readonly onEnd: (outcome: Outcome) => void;
}

/** Ends once, whatever happens to the request, and leaves nothing of it behind except a reusable connection. */
class SentRequest implements Exchange {
  readonly request: Exchange['request'];
  isOver = false;
  readonly #options: SentOptions;
  readonly #timer: NodeJS.Timeout;
  #connection: Connection | undefined;
  #isAgain = false;
  #status: number | null = null;
  #retryAfter: string | undefined;
  readonly #beginning: Buffer[] = [];
  #kept = 0;

  constructor(url: URL, { headers, body }: WebhookRequest, options: SentOptions) {
    const path = url.pathname + url.search;
    this.request = { method: 'POST', path, headers: { ...headers, 'accept-encoding': 'identity' }, body };
    this.#options = options;
    this.#timer = setTimeout(() => this.stop('timeout'), options.timeoutMs);
  }

  begin(): void {
    this.#options.connections.send(this);
  }

  stop(error: SendError): void {
    this.#finish(error);
    this.#connection?.close();
  }

  takenBy(connection: Connection): void {
    this.#connection = connection;
  }

  answered(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#retryAfter = [headers['retry-after']].flat()[0];
  }

  received(chunk: Buffer): void {
    if (this.#kept < EXCERPT_BYTES) this.#beginning.push(chunk.subarray(0, EXCERPT_BYTES - this.#kept));
    this.#kept += chunk.length;
  }

  ended(): void {
    this.#finish(null);
  }

  failed(error: Error, wasUsed: boolean): void {
    const hasAnswer = this.#status !== null;
    const word = wordFor(error, hasAnswer);
    // The connection was closed while idle, which says nothing about the receiver.
    if (wasUsed && !hasAnswer && word === 'connection_reset' && !this.#isAgain && !this.isOver) {
      this.#isAgain = true;
      // The other idle connections have been so for longer.
      this.#options.connections.closeIdle();
      this.begin();
    } else {
      this.#finish(hasAnswer && error instanceof AnswerTooLong ? null : word);
    }
  }

  #finish(error: SendError | null): void {
    // A late result changes nothing.
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.#timer);
    this.#options.onEnd({ ...this.#outcome(), error });
  }

  #outcome(): Outcome {
    const status = this.#status;
    if (status === null) return failed(null);
    const isTaken = status >= 200 && status < 300;
    return {
      status,
      error: null,
      retryAfterMs: isTaken ? null : readRetryAfter(this.#retryAfter),
      responseExcerpt: asStorableText(Buffer.concat(this.#beginning)),
    };
  }
}

function failed(error: SendError | null): Outcome {
  return { status: null, error, retryAfterMs: null, responseExcerpt: null };
}

/** Postgres' text holds no NUL and only valid UTF-8. A character that was cut off at the end is left out. */
function asStorableText(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  return new TextDecoder().decode(bytes, { stream: true }).replaceAll('\0', '');
}
