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

/** One method of one resource: what goes in, and what comes out. The document is made from this. */
export interface Declaration {
  readonly method: Method;
  /** Its `operationId`: a verb and a noun, from which generated clients make the names of functions and types. */
  readonly name: string;
  /** That of its second path, which is kept for callers of earlier services and means the same. */
  readonly aliasName?: string;
  /** What it accepts, if anything: under overload that is refused before the request is read. */
  readonly accepts?: Accepted;
  /** Paths in the document's notation, `/wallets/{id}`. The first is the one to use, the others mean the same. */
  readonly paths: readonly [string, ...string[]];
  readonly tag: Tag;
  /** A line of a list: what it does. */
  readonly summary: string;
  /** What a caller has to know besides. */
  readonly description: string;
  /** What a key must be allowed to ask this; `any` needs a key with whatever scopes, and null is open to everybody. */
  readonly scope: Scope | 'any' | null;
  /** Asked every few seconds by whatever watches the process: logged at the level `debug`. */
  readonly isProbe?: boolean;
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  /** A request without a body means the same as one with `{}`. */
  readonly bodyIsOptional?: boolean;
  /** Bodies that `handle` reads by itself, by media type, instead of `body`. */
  readonly uploads?: Readonly<Record<string, z.ZodType>>;
  /** What the answer of 200 is in other media types than JSON. */
  readonly downloads?: Readonly<Record<string, z.ZodType>>;
  /** Request headers that mean something here, as the document tells them. */
  readonly headers?: z.ZodObject;
  readonly answers: Answers;
  /** Why an operation that is accepted here may fail later: what its own rules say. */
  readonly fails?: readonly RejectionCode[];
  /** What this endpoint in particular says no with; what any request can meet is added in the document. */
  readonly problems: readonly ProblemCode[];
}

/** A declaration with the handlers that keep it. */
export interface Endpoint extends Declaration {
  readonly handlers: readonly RequestHandler[];
}

/** A request whose parts have passed their schemas. */
export class Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The request as it came, for what reads its body, or the text of it, by itself. */
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

  /** The key of the caller; null while no key was ever made. */
  get key(): UsableKey | null {
    return this.#response.locals.key ?? null;
  }

  /** For what the request asks to be done later. */
  get origin(): RequestOrigin {
    return originOf(this.#response);
  }

  /** Aborts when the client has gone. */
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

/** What decides how an answer is made. */
export type Wish = Pick<Input<unknown, unknown, unknown>, 'header' | 'gone'>;

type Output<Schema extends z.ZodType | null> = Schema extends z.ZodType ? z.output<Schema> : null;

/** The media types of an endpoint's downloads. */
type Downloads<Declared> = Declared extends Readonly<Record<string, z.ZodType>> ? keyof Declared & string : never;

/** What `handle` may say: an answer that the endpoint declares, or one of its problems. */
type Outcome<Declared extends Answers, Downloaded, Code extends ProblemCode> =
  Answer<Declared, Downloads<Downloaded>> | Problem<Code | 'invalid_request'>;

type Eventually<Value> = Value | Promise<Value>;

/** Makes an endpoint whose `handle` sees only what the schemas let through, and answers only what is declared. */
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

/** Leaves out a step of reading the body where there is none to read (RFC 9112, section 6.3). */
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
