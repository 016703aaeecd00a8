import { hideTokens } from '@wallet/shared/words/api-key';
import { newId } from '@wallet/shared/words/ids';
import type { Logger } from '@wallet/shared/process/logger';
import { type Span, type Tracing, traceIdOf } from '@wallet/shared/process/tracing';
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { splitTarget } from './read-target.ts';

declare global {
  // The way Express offers to type `response.locals`.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Locals {
      /** Identifies this request in the answer, in a problem and in the log. */
      requestId: string;
      /** Whether the caller supplied it. */
      isNamed: boolean;
      /** The span of the request, if it is traced: a W3C `traceparent`. */
      traceparent?: string;
      /** Goes into the request's log line. */
      logged: Record<string, string>;
      /** The pattern of the path, as in the document. */
      route?: string;
      /** A health check: repeated every few seconds, so only logged at `debug`. */
      isProbe?: boolean;
    }
  }
}

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

/** The caller's `X-Request-Id` if it has a plain form, or a fresh id. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  // It is stored and repeated, so it must not contain a token.
  const isPlain = typeof given === 'string' && REQUEST_ID.test(given) && hideTokens(given) === given;
  return isPlain ? given : newId();
}

/** The route of requests that have none, or one outside the document. */
const OTHER = 'other';
/** The status of requests that were not answered completely, as in nginx logs. */
const ABORTED = 499;

/** Called for each request when it is answered, with the pattern of its route. */
export type OnAnswered = (method: string, route: string, status: number, seconds: number) => void;

/**
 * Makes the middleware that gives each request an id and, when it is answered, logs one line and calls `onAnswered`.
 * With `tracing`, each request is also a span in the caller's trace.
 */
export function followRequests(
  log: Logger,
  onAnswered: OnAnswered,
  tracing: Tracing | null,
): (request: Request, response: Response) => void {
  return (request, response) => {
    const started = performance.now();
    const { locals } = response;
    const requestId = requestIdOf(request);
    locals.requestId = requestId;
    locals.isNamed = request.headers['x-request-id'] === requestId;
    const span = tracing === null ? null : startSpan(tracing, request);
    if (span !== null) locals.traceparent = span.traceparent;
    locals.logged = {};
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      const milliseconds = performance.now() - started;
      const { writableFinished: isAnswered, statusCode: status } = response;
      log[locals.isProbe ? 'debug' : 'info'](
        {
          request_id: requestId,
          method: request.method,
          path: splitTarget(request.originalUrl).path,
          status: isAnswered ? status : 'aborted',
          duration_ms: Math.round(milliseconds * 10) / 10,
          ...(span !== null && { trace_id: traceIdOf(span.traceparent) }),
          ...locals.logged,
        },
        'request answered',
      );
      onAnswered(request.method, locals.route ?? OTHER, isAnswered ? status : ABORTED, milliseconds / 1000);
      // Health checks are constant and part of no trace: their spans are not exported.
      if (span !== null && !locals.isProbe) endSpan(span, request, response);
    });
  };
}

/** By OpenTelemetry's conventions for HTTP servers. */
function startSpan(tracing: Tracing, request: Request): Span | null {
  const { method, headers, httpVersion } = request;
  const { traceparent: parent } = headers;
  return tracing.start({
    name: method,
    kind: 'server',
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: () => ({
      'http.request.method': method,
      'url.path': splitTarget(request.originalUrl).path,
      'url.scheme': 'http',
      'network.protocol.version': httpVersion,
      ...(headers['user-agent'] !== undefined && { 'user_agent.original': hideTokens(headers['user-agent']) }),
    }),
  });
}

function endSpan(span: Span, { method }: Request, { locals, statusCode, writableFinished }: Response): void {
  const { route } = locals;
  const failure = !writableFinished ? 'aborted' : statusCode >= 500 ? String(statusCode) : null;
  span.end({
    ...(route !== undefined && { name: `${method} ${route}` }),
    attributes: {
      ...(writableFinished && { 'http.response.status_code': statusCode }),
      ...(route !== undefined && { 'http.route': route }),
      ...(failure !== null && { 'error.type': failure }),
    },
    isError: failure !== null,
  });
}
