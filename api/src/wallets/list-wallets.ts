import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { listWallets } from '@wallet/shared/database/tables/wallets';
import { WALLET_STATUSES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { findAsset } from '../http/choose-asset.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId } from '../http/pages.ts';
import { Refusal } from '../http/refusal.ts';
import { assetCode, uuid } from '../http/schemas.ts';
import { presentWallet, walletSchema } from './wallet-schemas.ts';

const CURSORS = createCursors('wallets', readId);

export const getWallets = ({ database, assets }: { database: Database; assets: Assets }) =>
  endpoint({
    method: 'get',
    name: 'listWallets',
    paths: ['/wallets'],
    tag: 'Wallets',
    summary: 'List wallets, sorted by id',
    description: 'All filters can be combined.',
    params: null,
    query: z.strictObject({
      client_id: uuid.optional(),
      asset: assetCode.optional(),
      status: z.enum(WALLET_STATUSES).optional(),
      ...pageQuery,
    }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: pageOf(walletSchema) },
    problems: [],
    handle: async ({ query }) => {
      const asset = query.asset === undefined ? null : await findAsset(assets, query);
      if (asset instanceof Refusal) return asset.toProblem();
      const filter = {
        clientId: query.client_id ?? null,
        assetId: asset?.id ?? null,
        status: query.status ?? null,
        after: CURSORS.read(query.cursor),
      };
      const found = await listWallets(database, filter, query.limit + 1);
      await assets.know(found.map(({ assetId }) => assetId));
      return answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: (wallet) => wallet.id,
        present: (wallet) => presentWallet(wallet, assets.withId(wallet.assetId)),
      });
    },
  });
