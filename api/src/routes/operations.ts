import { listOperations } from '@wallet/shared/database/tables/operations';
import { OPERATION_STATUSES, OPERATION_TYPES, type OperationType } from '@wallet/shared/operation';
import { z } from 'zod';
import { findUserWallet } from '../find-user-wallet.ts';
import { endpoint, sendPage } from '../http/old-endpoint.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import { createCursors, pageOf, pageQuery, readId, timeQuery } from '../http/pages.ts';
import { assetOfUser, generalOperation } from '../http/general-operation.ts';
import { operationSchema } from '../http/resources.ts';
import { presentOperation } from '@wallet/shared/present-operation';
import { amount, idParams, keyHeader, preferHeader, singleExtras, text, uuid } from '../http/schemas.ts';
import { type Draft, answerOperation, submitOperation } from '../submit-operation.ts';

const CURSORS = createCursors('operations', readId);
const ACCEPT_HEADERS = z.object({ ...keyHeader, ...preferHeader });
const ACCEPTED = { 202: operationSchema, 200: operationSchema };
const REFUSALS: ProblemCode[] = ['conflicting_idempotency_keys', 'wallet_not_found', 'idempotency_key_reused'];

/** The words of `POST /wallets/{id}/operation`, and the types they stand for. */
const WALLET_OPERATIONS = { DEPOSIT: 'deposit', WITHDRAW: 'withdraw' } as const satisfies Record<string, OperationType>;

const postWalletOperation = endpoint({
  method: 'post',
  accepts: 'single',
  paths: ['/wallets/{id}/operation', '/wallets/{id}/operations'],
  tag: 'Operations',
  summary: 'Deposit to a wallet, or withdraw from it',
  params: idParams,
  query: null,
  body: z.strictObject({ operation_type: z.enum(['DEPOSIT', 'WITHDRAW']), amount, ...singleExtras }),
  headers: ACCEPT_HEADERS,
  scope: 'operations:write',
  answers: ACCEPTED,
  problems: REFUSALS,
  handle: (api, { params, body, request, response }) =>
    submitOperation(api, request, response, {
      type: WALLET_OPERATIONS[body.operation_type],
      walletId: params.id,
      amount: body.amount,
      extras: body,
    }),
});

const postResupply = endpoint({
  method: 'post',
  accepts: 'single',
  paths: ['/resupplies'],
  tag: 'Operations',
  summary: 'Credit a wallet from the treasury',
  params: null,
  query: null,
  body: z.strictObject({ wallet_id: uuid, amount, ...singleExtras }),
  headers: ACCEPT_HEADERS,
  scope: 'operations:write',
  answers: ACCEPTED,
  problems: REFUSALS,
  handle: (api, { body, request, response }) =>
    submitOperation(api, request, response, {
      type: 'resupply',
      walletId: body.wallet_id,
      amount: body.amount,
      extras: body,
    }),
});

const postTransfer = endpoint({
  method: 'post',
  accepts: 'single',
  paths: ['/transfers'],
  tag: 'Operations',
  summary: 'Move an amount from one wallet to another of the same asset',
  params: null,
  query: null,
  body: z.strictObject({ from_wallet_id: uuid, to_wallet_id: uuid, amount, ...singleExtras }),
  headers: ACCEPT_HEADERS,
  scope: 'operations:write',
  answers: ACCEPTED,
  problems: [...REFUSALS, 'asset_mismatch'],
  handle: (api, { body, request, response }) =>
    submitOperation(api, request, response, {
      type: 'transfer',
      walletId: body.from_wallet_id,
      toWalletId: body.to_wallet_id,
      amount: body.amount,
      extras: body,
    }),
});

const userParams = z.strictObject({ external_user_id: text(255).min(1).meta({ example: 'user_alice' }) });

/** The three of them differ in their word only. */
function postUserOperation(word: string, type: 'top_up' | 'bonus' | 'spend', summary: string) {
  return endpoint({
    method: 'post',
    accepts: 'single',
    paths: [`/wallets/users/{external_user_id}/${word}`],
    tag: 'Users',
    summary,
    params: userParams,
    query: null,
    body: z.strictObject({ amount, ...assetOfUser, ...singleExtras }),
    headers: ACCEPT_HEADERS,
    scope: 'operations:write',
    answers: ACCEPTED,
    problems: [...REFUSALS, 'user_not_found'],
    handle: async (api, { params, body, request, response }) => {
      const walletId = await findUserWallet(api, params.external_user_id, body, type, body.amount);
      await submitOperation(api, request, response, { type, walletId, amount: body.amount, extras: body });
    },
  });
}

const postOperation = endpoint({
  method: 'post',
  accepts: 'single',
  paths: ['/operations'],
  tag: 'Operations',
  summary: 'Ask for an operation of any type: the general form of all the others',
  params: null,
  query: null,
  body: generalOperation(singleExtras),
  headers: ACCEPT_HEADERS,
  scope: 'operations:write',
  answers: ACCEPTED,
  problems: [...REFUSALS, 'asset_mismatch', 'user_not_found'],
  handle: async (api, { body, request, response }) => {
    const { type } = body;
    const shared = { amount: body.amount, extras: body };
    let draft: Draft;
    if ('from_wallet_id' in body) {
      draft = { type, walletId: body.from_wallet_id, toWalletId: body.to_wallet_id, ...shared };
    } else if ('wallet_id' in body) {
      draft = { type, walletId: body.wallet_id, ...shared };
    } else {
      draft = { type, walletId: await findUserWallet(api, body.external_user_id, body, type, body.amount), ...shared };
    }
    await submitOperation(api, request, response, draft);
  },
});

const getOperation = endpoint({
  method: 'get',
  paths: ['/operations/{id}'],
  tag: 'Operations',
  summary: 'An operation as it stands, or, with `Prefer: wait=N`, as soon as it is final',
  params: idParams,
  query: null,
  body: null,
  headers: z.object(preferHeader),
  scope: 'operations:read',
  answers: { 200: operationSchema },
  problems: ['operation_not_found'],
  handle: async (api, { params, request, response }) => {
    const operation = await api.findOperation(params.id);
    if (operation === null) throw new Problem('operation_not_found', `There is no operation ${params.id}.`);
    await answerOperation(api, request, response, operation, 200);
  },
});

const getOperations = endpoint({
  method: 'get',
  paths: ['/operations'],
  tag: 'Operations',
  summary: 'Operations, newest first. A transfer is listed with its source wallet',
  params: null,
  query: z.strictObject({
    wallet_id: uuid.optional(),
    batch_id: uuid.optional(),
    status: z.enum(OPERATION_STATUSES).optional(),
    type: z.enum(OPERATION_TYPES).optional(),
    ...timeQuery,
    ...pageQuery,
  }),
  body: null,
  scope: 'operations:read',
  answers: { 200: pageOf(operationSchema) },
  problems: [],
  handle: async (api, { query, request, response }) => {
    const filter = {
      walletId: query.wallet_id ?? null,
      batchId: query.batch_id ?? null,
      status: query.status ?? null,
      type: query.type ?? null,
      from: query.from ?? null,
      to: query.to ?? null,
      before: CURSORS.read(query.cursor),
    };
    const found = await listOperations(api.database, filter, query.limit + 1);
    sendPage(request, response, {
      ...{ found, limit: query.limit, cursors: CURSORS },
      keyOf: (operation: any) => operation.id,
      present: (operation: any) => presentOperation(operation, api.assets.withId(operation.assetId)),
    });
  },
});

export const operationEndpoints = [
  postWalletOperation,
  postResupply,
  postTransfer,
  postUserOperation('top-up', 'top_up', "Credit a user's wallet after a purchase; it is made if there is none"),
  postUserOperation('bonus', 'bonus', "Credit a user's wallet for free; it is made if there is none"),
  postUserOperation('spend', 'spend', "Spend from a user's wallet"),
  postOperation,
  getOperation,
  getOperations,
];
