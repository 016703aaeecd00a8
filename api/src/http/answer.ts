import type { Writable } from 'node:stream';
import { type JsonText, writeJson } from '@wallet/shared/words/json-text';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { splitTarget } from './read-target.ts';

/** The parts of an answer besides its status and body. The headers are made here, and nowhere else. */
export interface AnswerParts {
  /** The path of the created or accepted resource, without the base path of the request; null if there is none. */
  readonly location?: string | null;
  /** The value of Retry-After, in seconds; null if the answer is final. */
  readonly retryAfterS?: number | null;
  /** Whether the same request was accepted before and this answer repeats the first one. */
  readonly isReplayed?: boolean;
  /** For how many seconds the request preferred to wait (RFC 7240); null if it did not say. */
  readonly waitedS?: number | null;
  /** The cursor of the next page; null if this is the last. */
  readonly nextCursor?: string | null;
  /** Other headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes into the request's log line. */
  readonly logged?: Readonly<Record<string, string>>;
}

/** What may be written as a `Value`: the value, or, in place of an object, text that is JSON already. */
type Written<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : | JsonText
    | (Value extends readonly (infer Item)[]
        ? readonly Written<Item>[]
        : { readonly [Name in keyof Value]: Written<Value[Name]> });

/** The schemas of an endpoint's answers by status; null is an answer without a body. */
export type Answers = Readonly<Record<number, z.ZodType | null>>;

type BodyOf<Schema> = Schema extends z.ZodType ? Written<z.input<Schema>> : null;

/** A body goes with each status whose schema accepts it. */
type JsonAnswer<Declared extends Answers> = {
  [Status in keyof Declared]: {
    readonly status: {
      [Other in keyof Declared]: BodyOf<Declared[Status]> extends BodyOf<Declared[Other]> ? Other : never;
    }[keyof Declared];
    readonly body: BodyOf<Declared[Status]>;
  };
}[keyof Declared];

/**
 * An answer of 200 in another media type than JSON, which `send` writes piece by piece. A HEAD request does not call
 * it.
 */
interface Download<Type> {
  readonly status: 200;
  readonly type: Type;
  readonly send: (to: Writable) => Promise<void>;
}

/** One of the answers that an endpoint declares. */
export type Answer<Declared extends Answers, Type = never> = AnswerParts &
  (JsonAnswer<Declared> | ([Type] extends [never] ? never : Download<Type>));

/** Any answer, whatever its endpoint declares. */
export type AnyAnswer = AnswerParts & ({ readonly status: number; readonly body: unknown } | Download<string>);

/** A client that reads nothing of a download for this long is disconnected. */
const UNTAKEN_MS = 60_000;

/** Sends an answer; for a download, resolves when all of it is sent. */
export function sendAnswer(request: Request, response: Response, answer: AnyAnswer): Promise<void> | undefined {
  const { logged } = answer;
  if (logged !== undefined) for (const name in logged) response.locals.logged[name] = logged[name] ?? '';
  response.statusCode = answer.status;
  setHeaders(request, response, answer);
  if ('send' in answer) return sendDownload(request, response, answer);
  if (answer.body === null) response.end();
  else sendJson(request, response, writeJson(answer.body));
  return undefined;
}

function sendJson(request: Request, response: Response, text: string): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  // The client may have the same already, which Express' `send` checks; it also parses and sets the type again.
  if (request.method === 'GET' || request.method === 'HEAD') {
    response.send(text);
    return;
  }
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

function setHeaders(request: Request, response: Response, answer: AnswerParts): void {
  const { location, retryAfterS, waitedS, nextCursor, headers } = answer;
  if (location != null) response.setHeader('Location', request.baseUrl + location);
  if (retryAfterS != null) response.setHeader('Retry-After', String(retryAfterS));
  if (answer.isReplayed === true) response.setHeader('Idempotent-Replayed', 'true');
  if (waitedS != null) response.setHeader('Preference-Applied', `wait=${waitedS}`);
  if (nextCursor != null) response.setHeader('Link', linkToNext(request, nextCursor));
  if (headers !== undefined) response.set(headers);
}

/** The same request with another cursor (RFC 8288). */
function linkToNext(request: Request, cursor: string): string {
  const { path, query } = splitTarget(request.originalUrl);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  // Clients send characters in paths that a URI reference must not contain.
  const reference = path.replace(/[^\w!$&'()*+,;=:@%./~-]/g, encodeURIComponent);
  return `<${reference}?${parameters.toString()}>; rel="next"`;
}

/** Sends a download to its end, or for as long as the client reads it. */
async function sendDownload(request: Request, response: Response, { type, send }: Download<string>): Promise<void> {
  response.type(type);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(UNTAKEN_MS, () => response.destroy());
  try {
    await send(response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}
