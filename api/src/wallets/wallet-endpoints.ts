import { findClientByLogin } from '@wallet/shared/database/tables/clients';
import {
  type ChangedCreditLimit,
  type ChangedStatus,
  createWallet,
  findClientWallet,
  findWallet,
  findWalletAt,
} from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import { formatAmount, parseLimit } from '@wallet/shared/words/money';
import { WALLET_STATUSES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { AMOUNT_PROBLEMS } from '../http/amount-problems.ts';
import { historyArchived } from '../http/archived.ts';
import { findAsset } from '../http/choose-asset.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import { amount, assetCode, idParams, invalid, momentUpTo, text, uuid, wholeNumber } from '../http/schemas.ts';
import { changeWalletStatus } from './change-wallet-status.ts';
import { type HistoryNeeds, createHistoryEndpoints } from './history-endpoints.ts';
import { createHoldQueries } from './hold-queries.ts';
import { getWallets } from './list-wallets.ts';
import { setCreditLimit } from './set-credit-limit.ts';
import { createStatementEndpoint } from './statement-endpoint.ts';
import { notFound } from './wallet-not-found.ts';
import { presentWallet, walletAtSchema, walletSchema } from './wallet-schemas.ts';

/** The highest number that an asset can have. */
const ASSET_MOST = 32_767;

export type WalletNeeds = HistoryNeeds;

export function createWalletEndpoints(needs: WalletNeeds): Endpoint[] {
  return [
    postWallet(needs),
    getWallets(needs),
    getUserBalance(needs),
    getWallet(needs),
    patchWallet(needs),
    ...createHistoryEndpoints(needs),
    createStatementEndpoint(needs),
    ...createHoldQueries(needs),
  ];
}

const postWallet = ({ database, assets }: WalletNeeds) =>
  endpoint({
    method: 'post',
    name: 'createWallet',
    paths: ['/wallets'],
    tag: 'Wallets',
    summary: 'Create an empty wallet',
    description: 'It may have an id of your own, and belong to a client. A client has at most one wallet of an asset.',
    params: null,
    query: null,
    body: z.strictObject({ id: uuid.nullish(), client_id: uuid.nullish(), asset: assetCode.default('USD') }),
    scope: 'wallets:write',
    answers: { 201: walletSchema },
    problems: ['wallet_exists', 'client_has_wallet', 'unknown_client'],
    handle: async ({ body }) => {
      const asset = await findAsset(assets, body);
      if (asset instanceof Refusal) return asset.toProblem();
      const id = body.id ?? newId();
      const created = await createWallet(database, { id, clientId: body.client_id ?? null, assetId: asset.id });
      if (created === 'wallet_exists') return new Problem('wallet_exists', `There is a wallet ${id} already.`);
      if (created === 'client_not_found') return new Problem('unknown_client', `There is no client ${body.client_id}.`);
      if (created === 'client_has_wallet') {
        return new Problem('client_has_wallet', `The client has a wallet of ${asset.code} already.`);
      }
      const wallet = await findWallet(database, id);
      if (wallet === null) throw new Error(`wallet ${id} was made and cannot be found`);
      return {
        status: 201,
        body: presentWallet(wallet, asset),
        location: `/wallets/${id}`,
        logged: { wallet_id: id },
      };
    },
  });

const getWallet = ({ database, assets }: WalletNeeds) =>
  endpoint({
    method: 'get',
    name: 'getWallet',
    aliasName: 'getWalletBalance',
    paths: ['/wallets/{id}', '/wallets/{id}/balance'],
    tag: 'Wallets',
    summary: 'Read a wallet',
    description: 'With `at`, its balances at that past moment. The path that ends in `/balance` is equivalent.',
    params: idParams,
    query: z.strictObject({
      at: momentUpTo.optional().meta({ description: 'The state at the end of this millisecond.' }),
    }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: z.union([walletSchema, walletAtSchema]) },
    problems: ['wallet_not_found', 'history_archived'],
    handle: async ({ params, query }) => {
      const wallet = await findWallet(database, params.id);
      if (wallet === null) return notFound(params.id);
      await assets.know([wallet.assetId]);
      const asset = assets.withId(wallet.assetId);
      const { at } = query;
      if (at === undefined) return { status: 200, body: presentWallet(wallet, asset) };
      const past = await findWalletAt(database, wallet.id, at);
      if (past?.isFuture) return invalid([{ path: 'at', message: 'must not be in the future' }]);
      if (past?.archivedBefore) return historyArchived(past.archivedBefore);
      return {
        status: 200,
        body: {
          id: wallet.id,
          wallet_id: wallet.id,
          asset: asset.code,
          balance: formatAmount(past?.balance ?? 0n, asset.scale),
          held: formatAmount(past?.held ?? 0n, asset.scale),
          version: Number(past?.version ?? 0n),
          at: at.toISOString(),
        },
      };
    },
  });

const getUserBalance = ({ database, assets }: WalletNeeds) =>
  endpoint({
    method: 'get',
    name: 'getUserBalance',
    paths: ['/wallets/users/{external_user_id}/balance'],
    tag: 'Users',
    summary: "Read a user's wallet of an asset",
    description: 'A user is a client, named by its login. The asset is named by its code, or by its number.',
    params: z.strictObject({ external_user_id: text(255).min(1) }),
    query: z.strictObject({ asset: assetCode.optional(), asset_type_id: wholeNumber(1, ASSET_MOST).optional() }),
    body: null,
    scope: 'wallets:read',
    answers: { 200: walletSchema },
    problems: ['user_not_found', 'wallet_not_found'],
    handle: async ({ params, query }) => {
      const asset = await findAsset(assets, query);
      if (asset instanceof Refusal) return asset.toProblem();
      const client = await findClientByLogin(database, params.external_user_id);
      if (client === null) return new Problem('user_not_found', `There is no user ${params.external_user_id}.`);
      const id = await findClientWallet(database, client.id, asset.id);
      const wallet = id === null ? null : await findWallet(database, id);
      if (wallet === null) return new Problem('wallet_not_found', `The user has no wallet of ${asset.code}.`);
      return { status: 200, body: presentWallet(wallet, asset) };
    },
  });

const patchWallet = ({ database, assets, findFacts }: WalletNeeds) =>
  endpoint({
    method: 'patch',
    name: 'updateWallet',
    paths: ['/wallets/{id}'],
    tag: 'Wallets',
    summary: 'Freeze, thaw or close a wallet, or change its credit limit',
    description:
      'Closing is permanent; the balance must be zero, and nothing held. A frozen wallet takes part in no operations ' +
      'except releases.',
    params: idParams,
    query: null,
    body: z.union([
      z.strictObject({ status: z.enum(WALLET_STATUSES) }),
      z.strictObject({
        credit_limit: amount.meta({
          description: 'How far below zero the balance may go; it cannot be less than what is used.',
          example: '100.00',
        }),
      }),
    ]),
    scope: 'wallets:write',
    answers: { 200: walletSchema },
    problems: ['wallet_not_found', 'wallet_closed', 'wallet_not_empty', 'credit_in_use'],
    handle: async ({ params: { id }, body, actor }) => {
      const facts = await findFacts(id);
      if (facts === null) return notFound(id);
      const asset = assets.withId(facts.assetId);
      let changed: ChangedStatus | ChangedCreditLimit;
      if ('status' in body) {
        changed = await changeWalletStatus({ database, assets }, { id, status: body.status, by: actor });
      } else {
        const limit = parseLimit(body.credit_limit, asset.scale);
        if (!limit.ok) return invalid([{ path: 'credit_limit', message: LIMIT_PROBLEMS[limit.problem](asset) }]);
        changed = await setCreditLimit(database, { id, asset, limit: limit.minorUnits, by: actor });
      }
      if (changed === 'wallet_not_found') return notFound(id);
      if (changed === 'wallet_closed') return new Problem('wallet_closed', 'A closed wallet stays as it is.');
      if (changed === 'wallet_not_empty') {
        const detail = 'Only an empty wallet can be closed: its balance must be zero, and nothing held.';
        return new Problem('wallet_not_empty', detail);
      }
      const wallet = await findWallet(database, id);
      if (wallet === null) return notFound(id);
      if (changed === 'credit_in_use') {
        const balance = formatAmount(wallet.balance, asset.scale);
        return new Problem('credit_in_use', `The limit cannot be less than what is used: the balance is ${balance}.`);
      }
      return {
        status: 200,
        body: presentWallet(wallet, asset),
        logged: { wallet_id: id },
      };
    },
  });

const LIMIT_PROBLEMS = { ...AMOUNT_PROBLEMS, not_positive: () => 'must not be negative' };
