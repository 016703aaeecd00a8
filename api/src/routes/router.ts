import { type RequestHandler, Router } from 'express';
import type { Api } from '../context.ts';
import { onlyAllow } from '../http/answer-errors.ts';
import type { Endpoint } from '../http/endpoint.ts';
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

/** Routes the endpoints; a path that is asked with another method than it has answers 405. */
export function createRouter(api: Api): Router {
  const router = Router();
  const methods = new Map<string, string[]>();
  for (const endpoint of ENDPOINTS) {
    for (const route of endpoint.paths) {
      const path = toExpress(route);
      router[endpoint.method](path, nameRoute(route), ...endpoint.handlers(api));
      const allowed = methods.get(path) ?? [];
      allowed.push(...(endpoint.method === 'get' ? ['GET', 'HEAD'] : [endpoint.method.toUpperCase()]));
      methods.set(path, allowed);
    }
  }
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
