import type { RequestHandler } from 'express';
import type { Registry } from '@wallet/shared/process/metrics';

/** The route of what has none, or is not an endpoint of the document. */
const OTHER = 'other';
/** The status of what was not answered to its end, as nginx writes it down. */
const ABORTED = 499;

/** Tells `onAnswered` of each request when it is answered, under the pattern of its route. */
export function measureRequests(
  onAnswered: (method: string, route: string, status: number, seconds: number) => void,
): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : ABORTED;
      const seconds = (performance.now() - started) / 1000;
      onAnswered(request.method, response.locals.route ?? OTHER, status, seconds);
    });
    next();
  };
}

/** Tells what is measured, in the text format of Prometheus. */
export function tellMetrics(registry: Registry): RequestHandler {
  return async (_request, response) => {
    response.locals.isProbe = true;
    response.locals.route = '/metrics';
    response.set('Content-Type', registry.contentType).send(await registry.metrics());
  };
}
