import { hideTokens } from '@wallet/shared/words/api-key';
import { newId } from '@wallet/shared/words/ids';
import type { Logger } from '@wallet/shared/process/logger';
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { splitTarget } from './read-target.ts';

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

/** The route of what has none, or is not an endpoint of the document. */
const OTHER = 'other';
/** The status of what was not answered to its end, as nginx writes it down. */
const ABORTED = 499;

/** Told of each request when it is answered, under the pattern of its route. */
export type OnAnswered = (method: string, route: string, status: number, seconds: number) => void;

/** Makes what gives each request an id and, when it is answered, logs one line and tells `onAnswered`. */
export function followRequests(log: Logger, onAnswered: OnAnswered): (request: Request, response: Response) => void {
  return (request, response) => {
    const started = performance.now();
    const { locals } = response;
    const requestId = requestIdOf(request);
    locals.requestId = requestId;
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
          ...locals.logged,
        },
        'request answered',
      );
      onAnswered(request.method, locals.route ?? OTHER, isAnswered ? status : ABORTED, milliseconds / 1000);
    });
  };
}
