import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Admission } from './admission.ts';
import type { Accepted, Declaration } from '../http/endpoint.ts';
import { splitTarget } from '../http/read-target.ts';
import { type OnAnswered, requestIdOf } from '../http/request-log.ts';

/**
 * Rejects requests for operations during overload, before their body is read and before anything else is done for them:
 * when far more requests arrive than can be accepted, most of the work is rejecting them, so that has to cost next to
 * nothing. Everything else goes to `next`.
 */
export function refuseOverload(
  endpoints: readonly Pick<Declaration, 'accepts' | 'paths'>[],
  admission: Pick<Admission, 'refusalOf' | 'refuse'>,
  onAnswered: OnAnswered,
  next: RequestListener,
): RequestListener {
  const doors = endpoints.flatMap(({ accepts, paths }) =>
    accepts === undefined ? [] : paths.map((path) => ({ accepts, route: path, pattern: patternOf(path) })),
  );
  return (request, response) => {
    const { path, query } = splitTarget(request.url ?? '');
    const door = request.method === 'POST' ? doors.find(({ pattern }) => pattern.test(path)) : undefined;
    const reason = door === undefined || isOnlyCheck(door.accepts, query) ? null : admission.refusalOf(door.accepts);
    if (door === undefined || reason === null) {
      next(request, response);
      return;
    }
    refuse(request, response, admission.refuse(door.accepts, reason));
    onAnswered('POST', door.route, response.statusCode, 0);
  };
}

/** Dry runs and validations add nothing to the backlog. */
function isOnlyCheck(kind: Accepted, query: string): boolean {
  return ONLY_CHECK[kind].test(query);
}

const ONLY_CHECK = {
  single: /(^|&)dry_run=true(&|$)/,
  batch: /(^|&)validate_only=true(&|$)/,
} as const satisfies Record<Accepted, RegExp>;

function patternOf(path: string): RegExp {
  return new RegExp(`^(?:/api/v1)?${path.replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i');
}

function refuse(request: IncomingMessage, response: ServerResponse, problem: ReturnType<Admission['refuse']>): void {
  const requestId = requestIdOf(request);
  const body = JSON.stringify(problem.toBody(requestId));
  response.statusCode = problem.status;
  response.setHeader('X-Request-Id', requestId);
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.end(body);
}
