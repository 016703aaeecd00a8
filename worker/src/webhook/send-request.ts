import type { LookupAddress } from 'node:dns';
import { lookup as lookupName } from 'node:dns/promises';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { type LookupFunction, isIP } from 'node:net';
import { type ResolveName, hostOf, isPublicAddress, resolvePublicName } from '@wallet/shared/webhook-address';
import { AnswerTooLong, OriginConnections } from './connections.ts';

/**
 * Why there is no whole answer. `address_refused`: the URL leads inside, or is plain http. `connection_failed`: there is no
 * way to the host. `invalid_response`: what came is not HTTP. `invalid_request`: the URL or a header cannot be sent.
 * `sender_closed`: this process is stopping.
 */
export type SendError =
  | 'timeout'
  | 'address_refused'
  | 'dns_failed'
  | 'connection_refused'
  | 'connection_reset'
  | 'connection_failed'
  | 'tls_failed'
  | 'invalid_response'
  | 'invalid_request'
  | 'sender_closed';

/**
 * What became of one request. It was taken if there is no `error` and the status is 2xx. A `status` beside an `error` means
 * that the answer began and did not end; only one that is too long counts as ended.
 */
export interface Attempt {
  status: number | null;
  error: SendError | null;
  /** For how long the receiver wants to be left alone, at most a day; null if it did not say, and with a status of 2xx. */
  retryAfterMs: number | null;
  /** The beginning of the answer's body as text that Postgres can hold; null if no answer began. */
  responseExcerpt: string | null;
  durationMs: number;
}

interface WebhookRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface Sender {
  /** Posts it once. Never throws, and takes no longer than `timeoutMs`. */
  send(request: WebhookRequest): Promise<Attempt>;
  /** Ends what is under way as `sender_closed`, and closes all connections. */
  close(): void;
}

interface SenderOptions {
  /** For development: also plain http, and hosts inside. */
  allowPrivate: boolean;
  /** From the call to the last byte of the answer. */
  timeoutMs?: number;
  resolve?: ResolveName;
  /** Certificates (PEM) of the authorities to trust instead of the well-known ones. */
  ca?: string;
}

type Outcome = Omit<Attempt, 'durationMs'>;

/** Within the 15 to 30 s that Standard Webhooks recommends. */
const TIMEOUT_MS = 15_000;
const MAX_RESPONSE_BYTES = 64 * 1024;
const EXCERPT_BYTES = 1_024;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;
/** Of more origins, those without a connection are forgotten. */
const ORIGINS_KNOWN = 256;

class AddressRefused extends Error {}
class NameUnknown extends Error {}

/**
 * Sends webhooks, to whoever somebody gave us the URL of: nothing that a receiver does or answers costs more than
 * `timeoutMs` and about 64 KB, or leads to a host inside.
 *
 * Addresses are checked when connecting. A name's are all checked, and the connection goes to one of those that were: a
 * name that changes its address in between (DNS rebinding) gains nothing. Connections are kept for the same host only.
 * Redirects are not followed, bodies not decompressed.
 */
export function createSender({ allowPrivate, timeoutMs = TIMEOUT_MS, resolve, ca }: SenderOptions): Sender {
  const lookup = guardLookup(resolve ?? (allowPrivate ? resolveAnyName : resolvePublicName), allowPrivate);
  const origins = new Map<string, OriginConnections>();
  const underWay = new Set<Stop>();
  let isClosed = false;

  function connectionsTo(url: URL): OriginConnections {
    const known = origins.get(url.origin);
    if (known !== undefined) return known;
    if (origins.size >= ORIGINS_KNOWN) {
      for (const [origin, connections] of origins) if (connections.isUnused) origins.delete(origin);
    }
    const connections = new OriginConnections(url, { lookup, maxBytes: MAX_RESPONSE_BYTES, ca });
    origins.set(url.origin, connections);
    return connections;
  }

  function open({ url, headers, body }: WebhookRequest, isAgain: boolean): ClientRequest {
    const parsed = new URL(url);
    if (!allowPrivate) refuseInside(parsed);
    const agent = connectionsTo(parsed);
    // What else lies idle there has done so for longer.
    if (isAgain) agent.closeIdle();
    const { protocol, pathname, search } = parsed;
    const lines = listHeaders(headers, parsed.host, Buffer.byteLength(body));
    return requestHttp({ agent, protocol, method: 'POST', path: pathname + search, headers: lines }).end(body);
  }

  return {
    async send(message) {
      const begun = performance.now();
      const { status, error, retryAfterMs, responseExcerpt } = isClosed
        ? failed('sender_closed')
        : await exchange((isAgain) => open(message, isAgain), timeoutMs, underWay);
      return { status, error, retryAfterMs, responseExcerpt, durationMs: Math.round(performance.now() - begun) };
    },
    close() {
      isClosed = true;
      for (const stop of underWay) stop('sender_closed');
      for (const connections of origins.values()) connections.close();
    },
  };
}

/** Names and values by turns, which node takes as they are. */
function listHeaders(headers: WebhookRequest['headers'], host: string, length: number): string[] {
  const lines = ['host', host, 'accept-encoding', 'identity', 'content-length', `${length}`];
  for (const name in headers) {
    if (name !== 'accept-encoding') lines.push(name, headers[name] ?? '');
  }
  return lines;
}

/** A host that is an address is never looked up, so it is checked here. @throws AddressRefused */
function refuseInside(url: URL): void {
  const host = hostOf(url);
  if (url.protocol !== 'https:' || (isIP(host) !== 0 && !isPublicAddress(host))) throw new AddressRefused();
}

/** Hands out addresses only if all that the name has are public. What is handed out is what is connected to. */
function guardLookup(resolve: ResolveName, allowPrivate: boolean): LookupFunction {
  const find = async (hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const [first, ...others] = await resolve(hostname).catch(() => []);
    if (first === undefined) throw new NameUnknown();
    if (!allowPrivate && ![first, ...others].every(isPublicAddress)) throw new AddressRefused();
    const withFamily = (address: string) => ({ address, family: isIP(address) });
    return [withFamily(first), ...others.map(withFamily)];
  };
  return (hostname, options, callback) => {
    find(hostname).then(
      (addresses) => {
        if (options.all) callback(null, addresses);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}

/** As the machine resolves names, its hosts file included. */
async function resolveAnyName(hostname: string): Promise<readonly string[]> {
  return (await lookupName(hostname, { all: true })).map(({ address }) => address);
}

type Stop = (error: SendError) => void;

/**
 * Settles once, whatever happens to the request, and leaves nothing of it behind but a connection that can be used again.
 * `underWay` has what ends it.
 */
function exchange(open: (isAgain: boolean) => ClientRequest, timeoutMs: number, underWay: Set<Stop>): Promise<Outcome> {
  return new Promise((resolve) => {
    let current: ClientRequest | undefined;
    let answer: Answer | undefined;
    const timer = setTimeout(stop, timeoutMs, 'timeout');
    underWay.add(stop);

    function finish(error: SendError | null): void {
      // What comes late changes nothing.
      if (!underWay.delete(stop)) return;
      clearTimeout(timer);
      resolve({ ...(answer?.outcome() ?? failed(null)), error });
    }
    function stop(error: SendError): void {
      finish(error);
      current?.destroy();
    }
    function begin(isAgain: boolean): void {
      const request = open(isAgain);
      current = request;
      // All listeners stay for good: an error may come late, and without a listener it would end the process.
      request.on('error', (error) => {
        if (request !== current) return;
        // The connection was closed while it lay idle, which says nothing about the receiver.
        const wasStale = request.reusedSocket && answer === undefined && wordFor(error) === 'connection_reset';
        if (wasStale && !isAgain && underWay.has(stop)) tryTo(() => begin(true));
        else if (error instanceof AnswerTooLong) finish(answer === undefined ? 'invalid_response' : null);
        else finish(wordFor(error));
      });
      request.on('response', (response) => {
        answer = readAnswer(response);
        response.on('end', () => finish(null));
        response.on('error', (error) => finish(wordFor(error)));
      });
      // Without an error or an answer it closes after `101`, which was not asked for.
      request.on('close', () => {
        if (request === current && answer === undefined) finish('invalid_response');
      });
    }
    function tryTo(work: () => void): void {
      try {
        work();
      } catch (thrown) {
        finish(thrown instanceof AddressRefused ? 'address_refused' : 'invalid_request');
      }
    }
    tryTo(() => begin(false));
  });
}

interface Answer {
  outcome(): Outcome;
}

function readAnswer(response: IncomingMessage): Answer {
  const beginning: Buffer[] = [];
  let kept = 0;
  response.on('data', (chunk: Buffer) => {
    if (kept < EXCERPT_BYTES) beginning.push(chunk.subarray(0, EXCERPT_BYTES - kept));
    kept += chunk.length;
  });
  const status = response.statusCode ?? 0;
  return {
    outcome: () => ({
      status,
      error: null,
      retryAfterMs: status >= 200 && status < 300 ? null : readRetryAfter(response.headers['retry-after']),
      responseExcerpt: asStorableText(Buffer.concat(beginning)),
    }),
  };
}

function failed(error: SendError | null): Outcome {
  return { status: null, error, retryAfterMs: null, responseExcerpt: null };
}

/** Postgres' text holds no NUL and only valid UTF-8. A character that was cut off at the end is left out. */
function asStorableText(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  return new TextDecoder().decode(bytes, { stream: true }).replaceAll('\0', '');
}

const HTTP_DATE = /^[A-Z][a-z]{2,8},? [\w :-]{12,22}(?: GMT)?$/;

/** `Retry-After` (RFC 9110, section 10.2.3) in milliseconds from now: it is a number of seconds, or one of three forms of a date. */
function readRetryAfter(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text) * 1_000, MAX_RETRY_AFTER_MS);
  if (!HTTP_DATE.test(text)) return null;
  // The oldest form does not say that it is GMT, as they all are.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(at - Date.now(), 0), MAX_RETRY_AFTER_MS);
}

const WORDS: Readonly<Record<string, SendError>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  EPIPE: 'connection_reset',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls_failed',
};

/** By how Node's codes begin: of the parser, and of TLS and its certificates. */
const WORDS_BY_PREFIX: readonly (readonly [RegExp, SendError])[] = [
  [/^HPE_/, 'invalid_response'],
  [/^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_)/, 'tls_failed'],
];

function wordFor(error: Error): SendError {
  if (error instanceof AddressRefused) return 'address_refused';
  if (error instanceof NameUnknown) return 'dns_failed';
  const { code = '' } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? WORDS_BY_PREFIX.find(([prefix]) => prefix.test(code))?.[1] ?? 'connection_failed';
}
