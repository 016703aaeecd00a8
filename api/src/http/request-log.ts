import { hideTokens } from '@wallet/shared/words/api-key';
import { newId } from '@wallet/shared/words/ids';
import type { Logger } from '@wallet/shared/process/logger';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

declare global {
  // The way Express offers to type `response.locals`.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Locals {
      /** Names this request in the answer, in a problem and in the log. */
      requestId: string;
      /** Goes into the request's log line. */
      logged: Record<string, string>;
      /** The pattern of the path, as the document has it. */
      route?: string;
      /** A health check: asked every few seconds, worth a line only to who looks for it. */
      isProbe?: boolean;
    }
  }
}

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

/** The caller's `X-Request-Id` if it is a plain one, or a fresh id. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  // It is stored and repeated, so it must not be what opens the door.
  const isPlain = typeof given === 'string' && REQUEST_ID.test(given) && hideTokens(given) === given;
  return isPlain ? given : newId();
}

/** Gives each request an id, and logs one line when it is answered. */
export function requestLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const requestId = requestIdOf(request);
    response.locals.requestId = requestId;
    response.locals.logged = {};
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      const level = response.locals.isProbe ? 'debug' : 'info';
      log[level](
        {
          request_id: requestId,
          method: request.method,
          path: request.originalUrl.split('?', 1)[0],
          status: response.writableFinished ? response.statusCode : 'aborted',
          duration_ms: Math.round((performance.now() - started) * 10) / 10,
          ...response.locals.logged,
        },
        'request answered',
      );
    });
    next();
  };
}
