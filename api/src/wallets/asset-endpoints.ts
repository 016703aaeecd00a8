import { addAsset } from '@wallet/shared/database/add-asset';
import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { ASSETS_MOST, ASSET_CODE, ASSET_NAME_MOST, SCALE_MOST } from '@wallet/shared/words/asset';
import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readPosition } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { text, wholeNumber } from '../http/schemas.ts';

/** The dependencies of the asset endpoints. */
export interface AssetNeeds {
  readonly database: Database;
  readonly assets: Assets;
}

export function createAssetEndpoints(needs: AssetNeeds): Endpoint[] {
  return [getAssets(needs), postAsset(needs)];
}

const assetSchema = z
  .strictObject({ id: z.int(), code: z.string(), name: z.string(), scale: z.int(), transferable: z.boolean() })
  .meta({ id: 'Asset', description: '`scale` is the number of decimals.' });

const CURSORS = createCursors('assets', readPosition);

const getAssets = ({ assets }: AssetNeeds) =>
  endpoint({
    method: 'get',
    name: 'listAssets',
    paths: ['/assets'],
    tag: 'Assets',
    summary: 'List assets',
    description: 'An asset is what wallets hold: a currency, points, goods. They are sorted by id.',
    params: null,
    query: z.strictObject({ ...pageQuery, limit: wholeNumber(1, ASSETS_MOST).prefault(ASSETS_MOST) }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: pageOf(assetSchema) },
    problems: [],
    handle: async ({ query: { cursor, limit } }) => {
      await assets.readAnew();
      const after = CURSORS.read(cursor) ?? 0n;
      return answerPage({
        found: assets.list.filter(({ id }) => id > after).slice(0, limit + 1),
        ...{ limit, cursors: CURSORS },
        keyOf: ({ id }) => String(id),
        present: (asset) => asset,
      });
    },
  });

const postAsset = ({ database }: AssetNeeds) =>
  endpoint({
    method: 'post',
    name: 'createAsset',
    paths: ['/assets'],
    tag: 'Assets',
    summary: 'Add an asset',
    description:
      'It is permanent, and takes effect in every process at once: `201`, or `200` if the same one exists ' +
      'already.',
    params: null,
    query: null,
    body: z.strictObject({
      code: z
        .string()
        .regex(ASSET_CODE, 'must be 2 to 16 of A-Z 0-9, the first a letter')
        .meta({ description: 'The code that requests use.', example: 'EUR' }),
      name: text(ASSET_NAME_MOST).min(1).meta({ example: 'Euro' }),
      scale: z
        .int()
        .min(0)
        .max(SCALE_MOST)
        .meta({ description: 'The number of decimals: at 9, a wallet holds up to 9223372036.854775807.', example: 2 }),
      transferable: z.boolean().meta({ description: 'Whether it may move from wallet to wallet.' }),
    }),
    scope: 'assets:admin',
    answers: { 200: assetSchema, 201: assetSchema },
    problems: ['asset_exists', 'too_many_assets'],
    handle: async ({ body, actor }) => {
      const added = await addAsset(database, body, actor);
      if (added.outcome === 'too_many_assets') {
        return new Problem('too_many_assets', `There are ${ASSETS_MOST} assets already, the most there can be.`);
      }
      const { asset, outcome } = added;
      if (outcome === 'asset_exists') {
        const { id, name, scale, transferable } = asset;
        const is = `asset ${id}, "${name}", with a scale of ${scale}, ${transferable ? '' : 'not '}transferable`;
        return new Problem('asset_exists', `${asset.code} is ${is}. An asset cannot be changed: choose another code.`);
      }
      return { status: outcome === 'added' ? 201 : 200, body: asset };
    },
  });
