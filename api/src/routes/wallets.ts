import { createWallet, findWallet } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/ids';
import type { RequestHandler } from 'express';
import type { Api } from '../context.ts';
import { presentWallet } from '../http/present.ts';
import { Problem } from '../http/problem.ts';
import { invalid, newWalletSchema, parseWith, uuidSchema } from '../http/schemas.ts';

/** `POST /wallets`: makes an empty wallet of an asset, with the caller's own id if one is given. */
export function postWallet(api: Api): RequestHandler {
  return async (request, response) => {
    const body = parseWith(newWalletSchema, request.body);
    const asset = api.assets.withCode(body.asset);
    if (asset === null) throw invalid([{ path: 'asset', message: `there is no asset ${body.asset}` }]);
    const id = body.id ?? newId();
    const created = await createWallet(api.database, { id, clientId: body.client_id ?? null, assetId: asset.id });
    if (created === 'wallet_exists') throw new Problem('wallet_exists', `There is a wallet ${id} already.`);
    if (created === 'client_not_found') throw new Problem('client_not_found', `There is no client ${body.client_id}.`);
    if (created === 'client_has_wallet') {
      throw new Problem('client_has_wallet', `The client has a wallet of ${asset.code} already.`);
    }
    response.locals.logged['wallet_id'] = id;
    response.status(201).set('Location', `${request.baseUrl}/wallets/${id}`);
    response.json(await readWallet(api, id));
  };
}

/** `GET /wallets/{id}` (and `/balance`): the wallet as it stands. */
export function getWallet(api: Api): RequestHandler {
  return async (request, response) => {
    response.json(await readWallet(api, parseWith(uuidSchema, request.params['id'])));
  };
}

async function readWallet(api: Api, id: string): Promise<Record<string, unknown>> {
  const wallet = await findWallet(api.database, id);
  if (wallet === null) throw new Problem('wallet_not_found', `There is no wallet ${id}.`);
  return presentWallet(wallet, api.assets.withId(wallet.assetId));
}
