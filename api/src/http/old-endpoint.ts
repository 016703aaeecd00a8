import { sendAnswer } from './answer.ts';
import { answerPage } from './pages.ts';
import type { Scope } from '@wallet/shared/api-key';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Accepted as Admitted } from './endpoint.ts';
import type { Api } from '../context.ts';
import type { ProblemCode } from './problem.ts';
import { readJson } from './read-json.ts';
import { parseWith } from './schemas.ts';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** One method of one resource: what goes in, what comes out, and who answers. Router and document are made from these. */
export interface Endpoint {
  readonly method: Method;
  /** What it accepts, if anything: under overload that is refused before the request is read. */
  readonly accepts?: Admitted;
  /** Paths in the document's notation, `/wallets/{id}`. The first is the one to use, the others mean the same. */
  readonly paths: readonly [string, ...string[]];
  readonly tag: string;
  readonly summary: string;
  /** What a key must be allowed to ask this; null is open to everybody. */
  readonly scope: Scope | null;
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  /** A request without a body means the same as one with `{}`. */
  readonly bodyIsOptional?: boolean;
  /** Bodies that `handle` reads by itself, by media type, instead of `body`. */
  readonly uploads?: Readonly<Record<string, { schema: z.ZodType; example?: string }>>;
  /** What the answer of 200 is in other media types than JSON. */
  readonly downloads?: Readonly<Record<string, z.ZodType>>;
  /** Request headers that mean something here, as the document tells them. */
  readonly headers?: z.ZodObject;
  /** The answer's schema by status; null is an answer without a body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** What this endpoint in particular says no with; what any request can meet is added in the document. */
  readonly problems: readonly ProblemCode[];
  readonly handlers: (api: Api) => RequestHandler[];
}

/** A request whose parts have passed their schemas. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: Request;
  readonly response: Response;
}

type Output<Schema extends z.ZodType | null> = Schema extends z.ZodType ? z.output<Schema> : null;

/** Makes an endpoint whose `handle` sees only what the schemas let through. */
export function endpoint<
  Params extends z.ZodObject | null,
  Query extends z.ZodObject | null,
  Body extends z.ZodType | null,
>(
  definition: Omit<Endpoint, 'handlers' | 'params' | 'query' | 'body'> & {
    params: Params;
    query: Query;
    body: Body;
    handle: (api: Api, input: Input<Output<Params>, Output<Query>, Output<Body>>) => Promise<void> | void;
  },
): Endpoint {
  const { handle, ...rest } = definition;
  const reading = definition.bodyIsOptional ? readJson.map(unlessEmpty) : readJson;
  return {
    ...rest,
    handlers: (api) => [
      ...(definition.body === null ? [] : reading),
      (request, response) =>
        handle(api, {
          params: parseOrNull(definition.params, request.params),
          query: parseOrNull(definition.query, definition.query && { ...request.query }),
          body: parseOrNull(definition.body, definition.bodyIsOptional ? (request.body ?? {}) : request.body),
          request,
          response,
        }),
    ],
  };
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

export function sendPage(request: Request, response: Response, page: Parameters<typeof answerPage>[0]): void {
  void sendAnswer(request, response, answerPage(page as never) as never);
}
