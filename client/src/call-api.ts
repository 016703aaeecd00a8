import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import type { Service } from './config.ts';
import { PassingFailure } from './keep-trying.ts';
import { UsageError } from './parse-command.ts';

/** A batch, as far as the command looks at it. */
export interface Batch {
  readonly id: string;
  readonly status: 'pending' | 'processing' | 'completed';
  readonly total: number;
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Lines that are operations of earlier requests, by their own keys. */
  readonly replayed: number;
  /** Bad lines that it was accepted without. */
  readonly skipped?: number;
  readonly accepted_at: string;
  readonly cancelled_at: string | null;
  readonly finished_at: string | null;
  readonly operations_per_second: number | null;
}

/** What is wrong with a line of the file. */
export interface LineError {
  readonly line: number;
  readonly field: string;
  readonly message: string;
}

/** An answer that says no, and will say no again: problem details (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** What is wrong with lines of the file, or, without a line, with the request. */
  readonly errors?: readonly { readonly line?: number; readonly field?: string; readonly message: string }[];
}

export type Answer<Body> =
  | { readonly ok: true; readonly body: Body; readonly isReplayed: boolean }
  | { readonly ok: false; readonly problem: Problem };

export interface Call {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as the body, and destroyed at the end of the call, however it ends. */
  readonly body?: Readable;
}

/** No byte moves for so long: the connection is taken for broken. */
const SILENCE_MS = 60_000;
/** A service that has got a body of a million lines needs its time to store them. */
const ANSWER_MS = 600_000;
/** An answer that is read as a whole: a batch, or a problem with its lines. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** Calls the API, and reads the whole answer. @throws PassingFailure */
export async function callApi<Body>(service: Service, call: Call): Promise<Answer<Body>> {
  const response = await openAnswer(service, call);
  return readAnswer<Body>(response);
}

/**
 * Calls the API, and leaves a good answer to be read piece by piece.
 * @throws PassingFailure; an answer that breaks off later does so with an error of its own.
 */
export async function streamApi(
  service: Service,
  call: Call,
): Promise<{ ok: true; stream: IncomingMessage } | { ok: false; problem: Problem }> {
  const response = await openAnswer(service, call);
  if (isGood(response)) return { ok: true, stream: response };
  const answer = await readAnswer(response);
  if (answer.ok) throw new Error('an answer is good and bad at once');
  return answer;
}

async function openAnswer(service: Service, { method, path, headers, body }: Call): Promise<IncomingMessage> {
  const url = new URL(`${service.url}${path}`);
  const bearer = service.apiKey === null ? {} : { Authorization: `Bearer ${service.apiKey}` };
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method,
    headers: { ...headers, ...bearer },
    timeout: SILENCE_MS,
  });
  request.once('timeout', () => request.destroy(new Error('the service is silent')));
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', (response) => {
        // An answer may come before all of the body has been sent: then the rest is not wanted.
        response.once('close', () => request.writableFinished || request.destroy());
        resolve(response);
      });
      request.on('error', reject);
      if (body === undefined) {
        request.end();
        return;
      }
      request.once('finish', () => request.setTimeout(ANSWER_MS));
      body.once('error', (error) => request.destroy(error));
      body.pipe(request);
    });
  } catch (error) {
    throw toPassing(error);
  } finally {
    body?.destroy();
  }
}

async function readAnswer<Body>(response: IncomingMessage): Promise<Answer<Body>> {
  const text = await readText(response);
  if (!isGood(response)) return { ok: false, problem: readProblem(response, text) };
  try {
    return { ok: true, body: JSON.parse(text) as Body, isReplayed: response.headers['idempotent-replayed'] === 'true' };
  } catch {
    throw new PassingFailure('The answer is not JSON. Is this the address of the service?');
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    response.setEncoding('utf8');
    for await (const piece of response as AsyncIterable<string>) {
      text += piece;
      if (text.length > ANSWER_LIMIT) throw new Error('the answer is too long');
    }
  } catch (error) {
    throw toPassing(error);
  }
  return text;
}

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** @throws PassingFailure if the same request may be answered otherwise soon. */
function readProblem(response: IncomingMessage, text: string): Problem {
  const status = response.statusCode ?? 0;
  let said: Partial<Problem> = {};
  try {
    said = JSON.parse(text) as Partial<Problem>;
  } catch {
    // Something between here and the service answered in words of its own.
  }
  const problem = { code: 'unknown', detail: `The service answered ${status}.`, ...said, status };
  if (status >= 500 || status === 408 || status === 429 || problem.code === 'batch_in_progress') {
    const seconds = Number(response.headers['retry-after'] ?? 0);
    throw new PassingFailure(problem.detail, Number.isFinite(seconds) ? seconds * 1000 : 0);
  }
  return problem;
}

/** What breaks a connection may pass, unless it was the file. Some errors have several causes and no words of their own. */
export function toPassing(error: unknown): Error {
  if (error instanceof PassingFailure || error instanceof UsageError) return error;
  const [cause] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return new PassingFailure(cause instanceof Error ? cause.message : String(cause));
}
