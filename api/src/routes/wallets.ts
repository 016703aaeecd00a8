import { listHistory, sumHistory } from '@wallet/shared/database/tables/entries';
import type { Totals } from '@wallet/shared/database/tables/entries';
import { findClientByLogin } from '@wallet/shared/database/tables/clients';
import {
  type Wallet,
  createWallet,
  findClientWallet,
  findWallet,
  findWalletAt,
} from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/ids';
import { formatAmount } from '@wallet/shared/money';
import { OPERATION_TYPES, WALLET_STATUSES } from '@wallet/shared/operation';
import { z } from 'zod';
import type { Api } from '../context.ts';
import { changeWalletStatus } from '../change-wallet-status.ts';
import { chooseAsset } from '../choose-asset.ts';
import { endpoint } from '../http/endpoint.ts';
import { answerPage, createCursors, pageOf, pageQuery, readPosition, timeQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { orThrow } from '../http/refusal.ts';
import { actorOf } from '../http/require-key.ts';
import { historyLineSchema, presentWallet, statisticsSchema, walletAtSchema, walletSchema } from '../http/resources.ts';
import { assetCode, idParams, invalid, momentUpTo, text, uuid, wholeNumber } from '../http/schemas.ts';

const CURSORS = createCursors('transactions', readPosition);
/** The most that the number of an asset can be. */
const ASSET_MOST = 32_767;

const postWallet = endpoint({
  method: 'post',
  paths: ['/wallets'],
  tag: 'Wallets',
  summary: 'Make an empty wallet, with an id of your own if you like',
  params: null,
  query: null,
  body: z.strictObject({ id: uuid.nullish(), client_id: uuid.nullish(), asset: assetCode.default('USD') }),
  scope: 'wallets:write',
  answers: { 201: walletSchema },
  problems: ['wallet_exists', 'client_has_wallet', 'unknown_client'],
  handle: async (api, { body, request, response }) => {
    const asset = orThrow(chooseAsset(api.assets, body));
    const id = body.id ?? newId();
    const created = await createWallet(api.database, { id, clientId: body.client_id ?? null, assetId: asset.id });
    if (created === 'wallet_exists') throw new Problem('wallet_exists', `There is a wallet ${id} already.`);
    if (created === 'client_not_found') throw new Problem('unknown_client', `There is no client ${body.client_id}.`);
    if (created === 'client_has_wallet') {
      throw new Problem('client_has_wallet', `The client has a wallet of ${asset.code} already.`);
    }
    response.locals.logged['wallet_id'] = id;
    response.status(201).set('Location', `${request.baseUrl}/wallets/${id}`);
    response.json(presentWallet(await readWallet(api, id), asset));
  },
});

const getWallet = endpoint({
  method: 'get',
  paths: ['/wallets/{id}', '/wallets/{id}/balance'],
  tag: 'Wallets',
  summary: 'A wallet as it stands, or its balance at a past moment',
  params: idParams,
  query: z.strictObject({
    at: momentUpTo.optional().meta({ description: 'What it was at the end of this millisecond.' }),
  }),
  body: null,
  scope: 'wallets:read',
  answers: { 200: z.union([walletSchema, walletAtSchema]) },
  problems: ['wallet_not_found'],
  handle: async (api, { params, query, response }) => {
    const wallet = await readWallet(api, params.id);
    const asset = api.assets.withId(wallet.assetId);
    const { at } = query;
    if (at === undefined) {
      response.json(presentWallet(wallet, asset));
      return;
    }
    const past = await findWalletAt(api.database, wallet.id, at);
    if (past?.isFuture) throw invalid([{ path: 'at', message: 'must not be in the future' }]);
    response.json({
      id: wallet.id,
      wallet_id: wallet.id,
      asset: asset.code,
      balance: formatAmount(past?.balance ?? 0n, asset.scale),
      version: Number(past?.version ?? 0n),
      at: at.toISOString(),
    } satisfies z.input<typeof walletAtSchema>);
  },
});

const getUserBalance = endpoint({
  method: 'get',
  paths: ['/wallets/users/{external_user_id}/balance'],
  tag: 'Users',
  summary: "A user's wallet of an asset",
  params: z.strictObject({ external_user_id: text(255).min(1) }),
  query: z.strictObject({ asset: assetCode.optional(), asset_type_id: wholeNumber(1, ASSET_MOST).optional() }),
  body: null,
  scope: 'wallets:read',
  answers: { 200: walletSchema },
  problems: ['user_not_found', 'wallet_not_found'],
  handle: async (api, { params, query, response }) => {
    const asset = orThrow(chooseAsset(api.assets, query));
    const client = await findClientByLogin(api.database, params.external_user_id);
    if (client === null) throw new Problem('user_not_found', `There is no user ${params.external_user_id}.`);
    const id = await findClientWallet(api.database, client.id, asset.id);
    if (id === null) throw new Problem('wallet_not_found', `The user has no wallet of ${asset.code}.`);
    response.json(presentWallet(await readWallet(api, id), asset));
  },
});

const patchWallet = endpoint({
  method: 'patch',
  paths: ['/wallets/{id}'],
  tag: 'Wallets',
  summary: 'Freeze a wallet, thaw it, or close it for good (its balance must be zero)',
  params: idParams,
  query: null,
  body: z.strictObject({ status: z.enum(WALLET_STATUSES) }),
  scope: 'wallets:write',
  answers: { 200: walletSchema },
  problems: ['wallet_not_found', 'wallet_closed', 'wallet_not_empty'],
  handle: async (api, { params, body, response }) => {
    const changed = await changeWalletStatus(api, params.id, body.status, actorOf(response));
    if (changed === 'wallet_not_found') throw new Problem('wallet_not_found', `There is no wallet ${params.id}.`);
    if (changed === 'wallet_closed') throw new Problem('wallet_closed', 'A closed wallet stays closed.');
    if (changed === 'wallet_not_empty') throw new Problem('wallet_not_empty', 'Only an empty wallet can be closed.');
    response.locals.logged['wallet_id'] = params.id;
    const wallet = await readWallet(api, params.id);
    response.json(presentWallet(wallet, api.assets.withId(wallet.assetId)));
  },
});

const getHistory = endpoint({
  method: 'get',
  paths: ['/wallets/{id}/transactions'],
  tag: 'Wallets',
  summary: "A wallet's history, newest first, with the balance before and after",
  params: idParams,
  query: z.strictObject({ type: z.enum(OPERATION_TYPES).optional(), ...timeQuery, ...pageQuery }),
  body: null,
  scope: 'wallets:read',
  answers: { 200: pageOf(historyLineSchema) },
  problems: ['wallet_not_found'],
  handle: async (api, { params, query, request, response }) => {
    const { scale, code } = await assetOf(api, params.id);
    const filter = {
      type: query.type ?? null,
      from: query.from ?? null,
      to: query.to ?? null,
      before: CURSORS.read(query.cursor),
    };
    const lines = await listHistory(api.database, params.id, filter, query.limit + 1);
    answerPage(request, response, {
      ...{ found: lines, limit: query.limit, cursors: CURSORS },
      keyOf: (line) => line.version.toString(),
      present: (line): z.input<typeof historyLineSchema> => ({
        id: line.operationId,
        operation_id: line.operationId,
        type: line.type,
        asset: code,
        amount: formatAmount(line.amount, scale),
        balance_before: formatAmount(line.balance - line.amount, scale),
        balance_after: formatAmount(line.balance, scale),
        other_wallet_id: line.otherWalletId,
        description: line.description,
        reference_id: line.referenceId,
        version: Number(line.version),
        created_at: line.createdAt.toISOString(),
      }),
    });
  },
});

const getStatistics = endpoint({
  method: 'get',
  paths: ['/wallets/{id}/statistics'],
  tag: 'Wallets',
  summary: "Counts and sums of a wallet's history by type",
  params: idParams,
  query: z.strictObject(timeQuery),
  body: null,
  scope: 'wallets:read',
  answers: { 200: statisticsSchema },
  problems: ['wallet_not_found'],
  handle: async (api, { params, query, response }) => {
    const { scale, code } = await assetOf(api, params.id);
    const totals = await sumHistory(api.database, params.id, query.from ?? null, query.to ?? null);
    const sum = (pick: (each: Totals) => bigint): bigint => totals.reduce((total, each) => total + pick(each), 0n);
    const credited = sum((each) => each.credited);
    const debited = sum((each) => each.debited);
    const times = totals.flatMap((each) => [each.firstAt.toISOString(), each.lastAt.toISOString()]).sort();
    response.json({
      wallet_id: params.id,
      asset: code,
      count: Number(sum((each) => each.count)),
      credited: formatAmount(credited, scale),
      debited: formatAmount(debited, scale),
      net: formatAmount(credited - debited, scale),
      first_at: times[0] ?? null,
      last_at: times.at(-1) ?? null,
      by_type: totals.map((each) => ({
        type: each.type,
        count: Number(each.count),
        credited: formatAmount(each.credited, scale),
        debited: formatAmount(each.debited, scale),
        first_at: each.firstAt.toISOString(),
        last_at: each.lastAt.toISOString(),
      })),
    } satisfies z.input<typeof statisticsSchema>);
  },
});

async function readWallet(api: Api, id: string): Promise<Wallet> {
  const wallet = await findWallet(api.database, id);
  if (wallet === null) throw new Problem('wallet_not_found', `There is no wallet ${id}.`);
  return wallet;
}

async function assetOf(api: Api, walletId: string): Promise<{ scale: number; code: string }> {
  const facts = await api.findWallet.one(walletId);
  if (facts === null) throw new Problem('wallet_not_found', `There is no wallet ${walletId}.`);
  return api.assets.withId(facts.assetId);
}

export const walletEndpoints = [postWallet, getUserBalance, getWallet, patchWallet, getHistory, getStatistics];
