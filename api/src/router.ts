import { type RequestHandler, Router } from 'express';
import { onlyAllow } from './http/answer-errors.ts';
import type { Endpoint } from './http/endpoint.ts';
import { requireScope } from './access/require-key.ts';

/**
 * Routes the endpoints; a method that a path does not have is answered with 405. Everything that is not public comes
 * after `guard`, and so do unknown paths.
 */
export function createRouter(endpoints: readonly Endpoint[], guard: RequestHandler): Router {
  const router = Router();
  const methods = new Map<string, string[]>();
  const add = (endpoint: Endpoint): void => {
    const guards = endpoint.scope === null || endpoint.scope === 'any' ? [] : [requireScope(endpoint.scope)];
    for (const route of endpoint.paths) {
      const path = toExpress(route);
      router[endpoint.method](path, nameRoute(route, endpoint.isProbe === true), ...guards, ...endpoint.handlers);
      const allowed = methods.get(path) ?? [];
      allowed.push(...(endpoint.method === 'get' ? ['GET', 'HEAD'] : [endpoint.method.toUpperCase()]));
      methods.set(path, allowed);
    }
  };
  endpoints.filter(({ scope }) => scope === null).forEach(add);
  router.use(guard);
  endpoints.filter(({ scope }) => scope !== null).forEach(add);
  for (const [path, allowed] of methods) router.all(path, onlyAllow(...allowed));
  return router;
}

/** Tells metrics and logs which route the request belongs to. */
function nameRoute(route: string, isProbe: boolean): RequestHandler {
  return (_request, response, next) => {
    response.locals.route = route;
    if (isProbe) response.locals.isProbe = true;
    next();
  };
}

/** `/wallets/{id}` as Express writes it: `/wallets/:id`. */
function toExpress(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
