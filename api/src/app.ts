import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { parse } from 'node:querystring';
import type { Logger } from '@wallet/shared/process/logger';
import type { Registry } from '@wallet/shared/process/metrics';
import type { Tracing } from '@wallet/shared/process/tracing';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { createConsole } from './console.ts';
import { createDocumentation } from './documentation.ts';
import { answerErrors, routeNotFound } from './http/answer-errors.ts';
import { endWith } from './http/end-connections.ts';
import type { Endpoint } from './http/endpoint.ts';
import { unsoundnessOf } from './http/enter.ts';
import { type OnAnswered, followRequests } from './http/request-log.ts';
import { tellMetrics } from './metrics.ts';
import { createRouter } from './router.ts';

/**
 * Security headers for browsers. Answers are data: nothing in them may be executed or framed. The pages have a policy
 * of their own.
 */
const SECURITY_HEADERS = headersOf(
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    frameguard: { action: 'deny' },
    // These only matter to Internet Explorer, Flash and prefetching pages, and would be in every answer.
    ...{
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    },
    ...{ originAgentCluster: false, xPoweredBy: false },
  }),
);

/** The constant headers of a middleware, so that it runs only once. */
function headersOf(middleware: (request: IncomingMessage, response: ServerResponse, next: () => void) => void) {
  const headers: [name: string, value: string][] = [];
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  response.setHeader = (name, value) => {
    headers.push([name, String(value)]);
    return response;
  };
  middleware(request, response, () => undefined);
  return headers;
}

/** The routes at `/api/v1` and again at the root. Everything mounted after the routers is behind their guard. */
export function createApp(parts: {
  readonly endpoints: readonly Endpoint[];
  /** Admits requests that may call protected endpoints. */
  readonly guard: RequestHandler;
  readonly onAnswered: OnAnswered;
  readonly isStopping: () => boolean;
  /** The text of `/metrics`; null if it is not served. */
  readonly registry: Registry | null;
  readonly tracing?: Tracing | null;
  readonly log: Logger;
}): Express {
  const { endpoints, guard, onAnswered, isStopping, registry, log } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Like Express' `simple`, which silently drops the parameters after the first thousand.
  app.set('query parser', (query: string) => parse(query, '&', '=', { maxKeys: 0 }));
  const follow = followRequests(log, onAnswered, parts.tracing ?? null);
  // One layer: finding the next one costs Express more than the work in each.
  app.use((request, response, next) => {
    follow(request, response);
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    if (isStopping()) endWith(response);
    next(unsoundnessOf(request));
  });
  if (registry !== null) app.get('/metrics', tellMetrics(registry));
  app.use('/console', createConsole());
  const documentation = createDocumentation(endpoints);
  app.use('/api/v1', documentation);
  app.use(documentation);
  const router = createRouter(endpoints, guard);
  app.use('/api/v1', router);
  app.use(router);
  app.use(routeNotFound);
  app.use(answerErrors(log));
  return app;
}
