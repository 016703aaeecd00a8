import { type RequestHandler, Router } from 'express';
import type { Api } from '../context.ts';
import { onlyAllow } from '../http/answer-errors.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { requireKey, requireScope } from '../http/require-key.ts';
import { batchEndpoints } from './batches.ts';
import { clientEndpoints } from './clients.ts';
import { deliveryEndpoints } from './deliveries.ts';
import { eventEndpoints } from './events.ts';
import { healthEndpoints } from './health.ts';
import { operationEndpoints } from './operations.ts';
import { walletEndpoints } from './wallets.ts';
import { webhookEndpointEndpoints } from './webhook-endpoints.ts';

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...operationEndpoints,
  ...batchEndpoints,
  ...walletEndpoints,
  ...clientEndpoints,
  ...webhookEndpointEndpoints,
  ...deliveryEndpoints,
  ...eventEndpoints,
  ...healthEndpoints,
];

/**
 * Routes the endpoints; a path that is asked with another method than it has answers 405. Whatever is not open to everybody
 * comes behind the guard, and so does what does not exist.
 */
export function createRouter(api: Api): Router {
  const router = Router();
  const methods = new Map<string, string[]>();
  const add = (endpoint: Endpoint): void => {
    const guards = endpoint.scope === null ? [] : [requireScope(endpoint.scope)];
    for (const route of endpoint.paths) {
      const path = toExpress(route);
      router[endpoint.method](path, nameRoute(route), ...guards, ...endpoint.handlers(api));
      const allowed = methods.get(path) ?? [];
      allowed.push(...(endpoint.method === 'get' ? ['GET', 'HEAD'] : [endpoint.method.toUpperCase()]));
      methods.set(path, allowed);
    }
  };
  ENDPOINTS.filter(({ scope }) => scope === null).forEach(add);
  router.use(requireKey(api));
  ENDPOINTS.filter(({ scope }) => scope !== null).forEach(add);
  for (const [path, allowed] of methods) router.all(path, onlyAllow(...allowed));
  return router;
}

/** So that who measures the request knows what it is one of. */
function nameRoute(route: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.route = route;
    next();
  };
}

/** `/wallets/{id}` as Express writes it: `/wallets/:id`. */
function toExpress(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
