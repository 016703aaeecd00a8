import { listOperations } from '@wallet/shared/database/tables/operations';
import { KINDS } from '@wallet/shared/kinds';
import { OPERATION_STATUSES, OPERATION_TYPES, type OperationType } from '@wallet/shared/operation';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId, timeQuery } from '../http/pages.ts';
import { assetOfUser, generalOperation } from '../http/general-operation.ts';
import { operationSchema } from '../http/resources.ts';
import { presentOperation } from '@wallet/shared/present-operation';
import { amount, idParams, keyHeader, preferHeader, singleExtras, text, uuid } from '../http/schemas.ts';
import { answerOperation, submitOperation } from '../submit-operation.ts';

const CURSORS = createCursors('operations', readId);
const ACCEPT_HEADERS = z.object({ ...keyHeader, ...preferHeader });
const ACCEPTED = { 202: operationSchema, 200: operationSchema };
const REFUSALS: ProblemCode[] = ['conflicting_idempotency_keys', 'wallet_not_found', 'idempotency_key_reused'];

/** The words of `POST /wallets/{id}/operation`, and the types they stand for. */
const WALLET_OPERATIONS = Object.fromEntries(
  OPERATION_TYPES.map((type) => [KINDS[type].walletWord, type]).filter(([word]) => word !== null),
) as Record<WalletWord, OperationType>;
type WalletWord = NonNullable<(typeof KINDS)[OperationType]['walletWord']>;

/** What the routes below a user do, each of which has the word of its type. */
const USER_OPERATIONS = {
  top_up: "Credit a user's wallet after a purchase; it is made if there is none",
  bonus: "Credit a user's wallet for free; it is made if there is none",
  spend: "Spend from a user's wallet",
} as const satisfies Record<UserType, string>;
type UserType = {
  [Type in OperationType]: (typeof KINDS)[Type]['userWord'] extends null ? never : Type;
}[OperationType];

const postWalletOperation = endpoint({
  method: 'post',
  accepts: 'single',
  paths: ['/wallets/{id}/operation', '/wallets/{id}/operations'],
  tag: 'Operations',
  summary: 'Deposit to a wallet, or withdraw from it',
  params: idParams,
  query: null,
  body: z.strictObject({
    operation_type: z.enum(Object.keys(WALLET_OPERATIONS) as WalletWord[]),
    amount,
    ...singleExtras,
  }),
  headers: ACCEPT_HEADERS,
  scope: 'operations:write',
  answers: ACCEPTED,
  problems: REFUSALS,
  handle: (api, { params, body, request, response }) =>
    submitOperation(api, request, response, {
      asked: { type: WALLET_OPERATIONS[body.operation_type], wallet_id: params.id, amount: body.amount },
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
      asked: { type: 'resupply', wallet_id: body.wallet_id, amount: body.amount },
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
      asked: {
        type: 'transfer',
        from_wallet_id: body.from_wallet_id,
        to_wallet_id: body.to_wallet_id,
        amount: body.amount,
      },
      extras: body,
    }),
});

const userParams = z.strictObject({ external_user_id: text(255).min(1).meta({ example: 'user_alice' }) });

/** They differ in their type and word only. */
function postUserOperation(type: UserType) {
  return endpoint({
    method: 'post',
    accepts: 'single',
    paths: [`/wallets/users/{external_user_id}/${KINDS[type].userWord}`],
    tag: 'Users',
    summary: USER_OPERATIONS[type],
    params: userParams,
    query: null,
    body: z.strictObject({ amount, ...assetOfUser, ...singleExtras }),
    headers: ACCEPT_HEADERS,
    scope: 'operations:write',
    answers: ACCEPTED,
    problems: [...REFUSALS, 'user_not_found'],
    handle: (api, { params, body, request, response }) =>
      submitOperation(api, request, response, {
        asked: {
          type,
          external_user_id: params.external_user_id,
          asset: body.asset,
          asset_type_id: body.asset_type_id,
          amount: body.amount,
        },
        extras: body,
      }),
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
  handle: (api, { body, request, response }) => submitOperation(api, request, response, { asked: body, extras: body }),
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
    answerPage(request, response, {
      ...{ found, limit: query.limit, cursors: CURSORS },
      keyOf: (operation) => operation.id,
      present: (operation) => presentOperation(operation, api.assets.withId(operation.assetId)),
    });
  },
});

export const operationEndpoints = [
  postWalletOperation,
  postResupply,
  postTransfer,
  ...(Object.keys(USER_OPERATIONS) as UserType[]).map(postUserOperation),
  postOperation,
  getOperation,
  getOperations,
];
