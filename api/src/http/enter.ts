import type { IncomingMessage, RequestListener } from 'node:http';
import { checkRequest } from './check-request.ts';
import { isEnding } from './end-connections.ts';
import type { Problem } from './problem.ts';

/** The problems of the requests that the app has to refuse. */
const problems = new WeakMap<IncomingMessage, Problem>();

/**
 * The first listener of every request. Valid requests go to `next`, the others to `refusing`, which finds their problem
 * with `unsoundnessOf`. A request on a connection that is ending is not processed (RFC 9112, section 9.6).
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

/** Why the app has to refuse a request, after logging and metrics; undefined for a valid one. */
export function unsoundnessOf(request: IncomingMessage): Problem | undefined {
  return problems.get(request);
}
