import type { Scope, UsableKey } from '@wallet/shared/words/api-key';
import type { RejectionCode } from '@wallet/shared/words/rejection';
import type { Actor } from '@wallet/shared/database/tables/audit-log';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { actorOf } from './actor.ts';
import { type Answer, type Answers, type AnyAnswer, sendAnswer } from './answer.ts';
import { Problem, type ProblemCode } from './problem.ts';
import { readJson } from './read-json.ts';
import { type RequestOrigin, originOf } from './request-origin.ts';
import { parseWith } from './schemas.ts';
import type { Tag } from './tags.ts';

type Method = 'get' | 'post' | 'patch' | 'delete';

/** What a request can ask to be accepted: one operation, or a batch of them. */
export type Accepted = 'single' | 'batch';

/** One method of one resource: its inputs and outputs. The document is made from this. */
export interface Declaration {
  readonly method: Method;
  /** Its `operationId`: a verb and a noun, from which generated clients make the names of functions and types. */
  readonly name: string;
  /** The `operationId` of its second path, which is kept for callers of earlier services and is equivalent. */
  readonly aliasName?: string;
  /** What it accepts, if anything: under overload that is rejected before the request is read. */
  readonly accepts?: Accepted;
  /** Paths in the document's notation, `/wallets/{id}`. The first is the preferred one, the others are equivalent. */
  readonly paths: readonly [string, ...string[]];
  readonly tag: Tag;
  /** Its summary: one line for lists. */
  readonly summary: string;
  /** Further information for callers. */
  readonly description: string;
  /** The scope that a key needs; `any` needs a key with any scopes, and null is public. */
  readonly scope: Scope | 'any' | null;
  /** Polled every few seconds by monitors of the process: logged at the level `debug`. */
  readonly isProbe?: boolean;
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  /** A request without a body is treated like one with `{}`. */
  readonly bodyIsOptional?: boolean;
  /** Bodies that `handle` reads by itself, by media type, instead of `body`. */
  readonly uploads?: Readonly<Record<string, z.ZodType>>;
  /** Descriptions of the answer of 200 in other media types than JSON. */
  readonly downloads?: Readonly<Record<string, z.ZodType>>;
  /** Request headers that are used here, for the document. */
  readonly headers?: z.ZodObject;
  readonly answers: Answers;
  /** Why an operation accepted here may fail later, by its own rules. */
  readonly fails?: readonly RejectionCode[];
  /** The problems of this endpoint in particular; those of any request are added in the document. */
  readonly problems: readonly ProblemCode[];
}

/** A declaration with its handler. */
export interface Endpoint extends Declaration {
  readonly handlers: readonly RequestHandler[];
}

/** A request whose parts have passed their schemas. */
export class Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The original request, for handlers that read its body, or the body's text, themselves. */
  readonly request: Request;
  readonly #response: Response;

  constructor(parts: { params: Params; query: Query; body: Body }, request: Request, response: Response) {
    this.params = parts.params;
    this.query = parts.query;
    this.body = parts.body;
    this.request = request;
    this.#response = response;
  }

  header(name: string): string | undefined {
    return this.request.get(name);
  }

  /** The caller, for the audit log. */
  get actor(): Actor {
    return actorOf(this.#response);
  }

  /** The key of the caller; null if no key was ever created. */
  get key(): UsableKey | null {
    return this.#response.locals.key ?? null;
  }

  /** For work that the request causes later. */
  get origin(): RequestOrigin {
    return originOf(this.#response);
  }

  /** Aborts when the client disconnects. */
  gone(): AbortSignal {
    const gone = new AbortController();
    if (this.#response.closed) gone.abort();
    else
      this.#response.once('close', () => {
        gone.abort();
      });
    return gone.signal;
  }
}

/** The parts that decide how an answer is made. */
export type Wish = Pick<Input<unknown, unknown, unknown>, 'header' | 'gone'>;

type Output<Schema extends z.ZodType | null> = Schema extends z.ZodType ? z.output<Schema> : null;

/** The media types of an endpoint's downloads. */
type Downloads<Declared> = Declared extends Readonly<Record<string, z.ZodType>> ? keyof Declared & string : never;

/** The possible results of `handle`: a declared answer, or one of the declared problems. */
type Outcome<Declared extends Answers, Downloaded, Code extends ProblemCode> =
  Answer<Declared, Downloads<Downloaded>> | Problem<Code | 'invalid_request'>;

type Eventually<Value> = Value | Promise<Value>;

/** Makes an endpoint whose `handle` sees only valid input, and answers only what is declared. */
export function endpoint<
  Params extends z.ZodObject | null,
  Query extends z.ZodObject | null,
  Body extends z.ZodType | null,
  const Declared extends Answers,
  Code extends ProblemCode = never,
  Downloaded extends Declaration['downloads'] = undefined,
>(
  definition: Omit<Declaration, 'params' | 'query' | 'body' | 'answers' | 'problems' | 'downloads'> & {
    params: Params;
    query: Query;
    body: Body;
    answers: Declared;
    problems: readonly Code[];
    downloads?: Downloaded;
    handle: (
      input: Input<Output<Params>, Output<Query>, Output<Body>>,
    ) => Eventually<Outcome<Declared, Downloaded, NoInfer<Code>>>;
  },
): Endpoint {
  const { handle, ...declaration } = definition;
  const { params, query, body, bodyIsOptional } = definition;
  const reading = bodyIsOptional ? readJson.map(unlessEmpty) : readJson;
  const answer: RequestHandler = async (request, response) => {
    const parts = {
      params: parseOrNull(params, request.params),
      query: parseOrNull(query, query && { ...request.query }),
      body: parseOrNull(body, bodyIsOptional ? (request.body ?? {}) : request.body),
    };
    const outcome = await handle(new Input(parts, request, response));
    if (outcome instanceof Problem) throw outcome;
    return sendAnswer(request, response, outcome as AnyAnswer);
  };
  return { ...(declaration as Declaration), handlers: [...(body === null ? [] : reading), answer] };
}

function parseOrNull<Schema extends z.ZodType | null>(schema: Schema, value: unknown): Output<Schema> {
  return (schema === null ? null : parseWith(schema, value)) as Output<Schema>;
}

/** Skips a step of reading the body if there is none to read (RFC 9112, section 6.3). */
function unlessEmpty(step: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (coding === undefined && Number(length) === 0) {
      next();
      return;
    }
    return step(request, response, next);
  };
}
