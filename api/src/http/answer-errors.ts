import { isPassing, isProgramTooOld } from '@wallet/shared/database/sqlstate';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { Problem, type ProblemCode } from './problem.ts';

/** The error types of Express and its body reader for client errors. */
const CLIENT_ERRORS: Record<string, ProblemCode> = {
  'entity.too.large': 'body_too_large',
  'encoding.unsupported': 'unsupported_media_type',
  'request.aborted': 'invalid_request',
  'request.size.invalid': 'invalid_request',
};
/** Problems of Express' file server, by status. */
const FILE_ERRORS: Record<number, ProblemCode> = { 412: 'precondition_failed', 416: 'range_not_satisfiable' };

export const routeNotFound: RequestHandler = (request) => {
  throw new Problem('route_not_found', `There is no route ${request.path}.`);
};

/** Answers methods that a path does not have. */
export function onlyAllow(...methods: string[]): RequestHandler {
  return (request) => {
    const allowed = methods.join(', ');
    throw new Problem('method_not_allowed', `This path takes ${allowed}, not ${request.method}.`, {
      headers: { Allow: allowed },
    });
  };
}

/** Answers every error as problem details (RFC 9457), without any internals. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  const onUnavailable = logErrors(log, 'request failed: the database cannot be used');
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.code === 'unavailable') onUnavailable(error, { request_id: response.locals.requestId });
    else if (problem.status >= 500 && problem.code !== 'overloaded')
      log.error({ err: error, request_id: response.locals.requestId }, 'request failed');
    response.locals.logged['code'] = problem.code;
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toBody(response.locals.requestId)));
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error as Problem;
  if (error instanceof URIError) return new Problem('malformed_path', 'The path is not correctly percent-encoded.');
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  const code = CLIENT_ERRORS[type] ?? FILE_ERRORS[status];
  if (code) return new Problem(code, error instanceof Error ? error.message : code);
  if (isProgramTooOld(error)) {
    return new Problem(
      'unavailable',
      'This process is too old for the database, and stops. Repeat the request with its idempotency key.',
      { headers: { 'Retry-After': '1' } },
    );
  }
  if (isPassing(error)) {
    return new Problem('unavailable', 'The database cannot be reached. Repeat the request with its idempotency key.', {
      headers: { 'Retry-After': '1' },
    });
  }
  return new Problem('internal_error', 'The request could not be answered.');
}
