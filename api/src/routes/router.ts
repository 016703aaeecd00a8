import { type RequestHandler, Router } from 'express';
import type { Api } from '../context.ts';
import { onlyAllow } from '../http/answer-errors.ts';
import { readJson } from '../http/read-json.ts';
import { getHealth, getLiveness, getReadiness } from './health.ts';
import { getOperation } from './operations.ts';
import { postWalletOperation } from './wallet-operations.ts';
import { getWallet, postWallet } from './wallets.ts';

/** Every route of the API. */
export function createRouter(api: Api): Router {
  const router = Router();
  const get = (path: string, handler: RequestHandler): void => {
    router.route(path).get(handler).all(onlyAllow('GET', 'HEAD'));
  };
  const post = (path: string, handler: RequestHandler): void => {
    router
      .route(path)
      .post(...readJson, handler)
      .all(onlyAllow('POST'));
  };

  post('/wallets', postWallet(api));
  get('/wallets/:id', getWallet(api));
  get('/wallets/:id/balance', getWallet(api));
  post('/wallets/:id/operation', postWalletOperation(api));
  post('/wallets/:id/operations', postWalletOperation(api));
  get('/operations/:id', getOperation(api));

  router.use(['/health', '/livez', '/readyz'], (_request, response, next) => {
    response.locals.isProbe = true;
    next();
  });
  get('/health', getHealth(api));
  get('/livez', getLiveness);
  get('/readyz', getReadiness(api));
  return router;
}
