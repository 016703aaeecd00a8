import type { IncomingMessage, RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import { checkRequest } from './check-request.ts';
import { isEnding } from './end-connections.ts';
import type { Problem } from './problem.ts';

/** The problems of the requests that `refuseUnsound` is to refuse. */
const problems = new WeakMap<IncomingMessage, Problem>();

/**
 * The first listener of every request. Sound requests go to `next`, the others to `refusing`, where `refuseUnsound` answers
 * them. A request on a connection that is ending is not processed (RFC 9112, section 9.6).
 */
export function enter(next: RequestListener, refusing: RequestListener): RequestListener {
  return (request, response) => {
    if (isEnding(request)) {
      request.resume();
      return;
    }
    const problem = checkRequest(request);
    if (problem === null) {
      next(request, response);
      return;
    }
    problems.set(request, problem);
    refusing(request, response);
  };
}

/** Refuses requests that are not sound, as middleware, so that they are logged and measured like all others. */
export const refuseUnsound: RequestHandler = (request, _response, next) => {
  next(problems.get(request));
};
