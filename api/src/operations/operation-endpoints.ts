import type { Database } from '@wallet/shared/database/pool';
import { findArchiveOf, readArchiveEnd } from '@wallet/shared/database/tables/archived-history';
import { CLOCK_SKEW_MS, type OperationFilter, listOperations } from '@wallet/shared/database/tables/operation-lists';
import type { Operation } from '@wallet/shared/database/tables/operations';
import { REJECTION_CODES } from '@wallet/shared/words/rejection';
import { KINDS } from '@wallet/shared/words/kinds';
import { OPERATION_STATUSES, OPERATION_TYPES, type OperationType } from '@wallet/shared/words/operation';
import { assetsOf, presentOperation } from '@wallet/shared/events/present-operation';
import { z } from 'zod';
import { type AnswerNeeds, answerPoll } from './answer-operation.ts';
import type { FindOperation } from './find-operation.ts';
import { archivedBefore, lookInFiles, operationArchived } from '../http/archived.ts';
import { type Declaration, type Endpoint, endpoint } from '../http/endpoint.ts';
import { assetOfUser, generalOperation } from './general-operation.ts';
import { cancelOperation } from './cancel-operation.ts';
import { createHoldEndpoints } from './hold-endpoints.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId, timeQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { operationSchema, polledOperationSchema } from './operation-schema.ts';
import { createPostingEndpoint } from './posting-endpoints.ts';
import { createReversalEndpoint } from './reversal-endpoints.ts';
import { amount, idParams, key, preferHeader, singleExtras, text, uuid } from '../http/schemas.ts';
import type { Waiting } from '../http/waiting.ts';
import type { SubmitNeeds } from './submit-operation.ts';
import { ACCEPTING, SUBMIT_REFUSALS, type Submit, createSubmit } from './submit-request.ts';

const CURSORS = createCursors('operations', readId);

/** The dependencies of the operation endpoints. */
export interface OperationNeeds extends SubmitNeeds, AnswerNeeds {
  readonly database: Database;
  readonly findOperation: FindOperation;
  /** Why an unfinished operation waits. */
  readonly waitingOf: (operation: Operation) => Promise<Waiting>;
}

export function createOperationEndpoints(needs: OperationNeeds): Endpoint[] {
  const submit = createSubmit(needs);
  return [
    postWalletOperation(submit),
    postResupply(submit),
    postTransfer(submit),
    ...(Object.keys(USER_OPERATIONS) as UserType[]).map((type) => postUserOperation(type, submit)),
    ...createHoldEndpoints(submit),
    createReversalEndpoint(submit),
    createPostingEndpoint(submit),
    postOperation(submit),
    postCancel(needs),
    getOperation(needs),
    getOperations(needs),
  ];
}

/** The words of `POST /wallets/{id}/operation`, and the types they stand for. */
const WALLET_OPERATIONS = Object.fromEntries(
  OPERATION_TYPES.map((type) => [KINDS[type].walletWord, type]).filter(([word]) => word !== null),
) as Record<WalletWord, WalletType>;
type WalletType = {
  [Type in OperationType]: (typeof KINDS)[Type]['walletWord'] extends null ? never : Type;
}[OperationType];
type WalletWord = NonNullable<(typeof KINDS)[OperationType]['walletWord']>;

/** The routes below a user, each with the word of its type. */
const USER_OPERATIONS = {
  top_up: {
    name: 'createTopUp',
    summary: "Credit a user's wallet after a purchase",
    description: 'The wallet is created if it does not exist.',
  },
  bonus: {
    name: 'createBonus',
    summary: "Credit a user's wallet for free",
    description: 'The wallet is created if it does not exist.',
  },
  spend: {
    name: 'createSpend',
    summary: "Spend from a user's wallet",
    description: 'The amount goes to the treasury.',
  },
} as const satisfies Record<UserType, Pick<Declaration, 'name' | 'summary' | 'description'>>;
type UserType = {
  [Type in OperationType]: (typeof KINDS)[Type]['userWord'] extends null ? never : Type;
}[OperationType];

const postWalletOperation = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'createWalletOperation',
    aliasName: 'createOperationOfWallet',
    paths: ['/wallets/{id}/operation', '/wallets/{id}/operations'],
    tag: 'Operations',
    summary: 'Deposit to a wallet, or withdraw from it',
    description:
      'The amount comes from the treasury, or goes to it. The path that ends in `/operations` is equivalent.',
    params: idParams,
    body: z.strictObject({
      operation_type: z.enum(Object.keys(WALLET_OPERATIONS) as WalletWord[]),
      amount,
      ...singleExtras,
    }),
    problems: [...SUBMIT_REFUSALS, 'wallet_not_found'],
    fails: ['wallet_closed', 'wallet_frozen', 'insufficient_funds', 'balance_limit_exceeded'],
    handle: (input) => {
      const { operation_type: word, amount } = input.body;
      return submit({ type: WALLET_OPERATIONS[word], wallet_id: input.params.id, amount }, input);
    },
  });

const postResupply = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'createResupply',
    paths: ['/resupplies'],
    tag: 'Operations',
    summary: 'Credit a wallet from the treasury',
    description: 'A credit with a type of its own, so that history, statistics and lists distinguish it from deposits.',
    params: null,
    body: z.strictObject({ wallet_id: uuid, amount, ...singleExtras }),
    problems: [...SUBMIT_REFUSALS, 'wallet_not_found'],
    fails: ['wallet_closed', 'wallet_frozen', 'balance_limit_exceeded'],
    handle: (input) => {
      const { wallet_id, amount } = input.body;
      return submit({ type: 'resupply', wallet_id, amount }, input);
    },
  });

const postTransfer = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'createTransfer',
    paths: ['/transfers'],
    tag: 'Operations',
    summary: 'Move an amount from one wallet to another',
    description: 'Both wallets have the same asset, and the asset is transferable.',
    params: null,
    body: z.strictObject({ from_wallet_id: uuid, to_wallet_id: uuid, amount, ...singleExtras }),
    problems: [...SUBMIT_REFUSALS, 'wallet_not_found', 'asset_mismatch'],
    fails: [
      ...(['asset_not_transferable', 'wallet_closed', 'wallet_frozen', 'insufficient_funds'] as const),
      'balance_limit_exceeded',
    ],
    handle: (input) => {
      const { from_wallet_id, to_wallet_id, amount } = input.body;
      return submit({ type: 'transfer', from_wallet_id, to_wallet_id, amount }, input);
    },
  });

const userParams = z.strictObject({ external_user_id: text(255).min(1).meta({ example: 'user_alice' }) });

/** They differ only in their type and word. */
function postUserOperation(type: UserType, submit: Submit) {
  return endpoint({
    ...ACCEPTING,
    ...USER_OPERATIONS[type],
    paths: [`/wallets/users/{external_user_id}/${KINDS[type].userWord}`],
    tag: 'Users',
    params: userParams,
    body: z.strictObject({ amount, ...assetOfUser, ...singleExtras }),
    problems: [...SUBMIT_REFUSALS, 'wallet_not_found', 'user_not_found'],
    fails: [
      ...(['wallet_closed', 'wallet_frozen'] as const),
      KINDS[type].to === 'wallet' ? 'balance_limit_exceeded' : 'insufficient_funds',
    ],
    handle: (input) => {
      const { asset, asset_type_id, amount } = input.body;
      return submit({ type, ...input.params, asset, asset_type_id, amount }, input);
    },
  });
}

const postOperation = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'createOperation',
    paths: ['/operations'],
    tag: 'Operations',
    summary: 'Submit an operation of any type',
    description:
      'The general form of all other requests for operations: `type` says which fields there are. The lines ' +
      'of a batch have the same form.',
    params: null,
    body: generalOperation(singleExtras),
    problems: [
      ...SUBMIT_REFUSALS,
      ...(['wallet_not_found', 'asset_mismatch', 'user_not_found', 'account_not_found', 'hold_not_found'] as const),
      ...(['operation_not_found', 'not_reversible'] as const),
    ],
    fails: REJECTION_CODES.filter((code) => code !== 'other_line_failed'),
    handle: (input) => submit(input.body, input),
  });

const getOperation = ({ database, findOperation, waitingOf, ...needs }: OperationNeeds) =>
  endpoint({
    method: 'get',
    name: 'getOperation',
    paths: ['/operations/{id}'],
    tag: 'Operations',
    summary: 'Read an operation',
    description:
      'While it waits, it says why and when it is expected to end. With `Prefer: wait=N` it is answered as soon as ' +
      'it is final, or after N seconds.',
    params: idParams,
    query: null,
    body: null,
    headers: z.object(preferHeader),
    scope: 'operations:read',
    answers: { 200: polledOperationSchema },
    problems: ['operation_not_found', 'operation_archived'],
    handle: async (input) => {
      const { id } = input.params;
      const operation = await findOperation(id);
      if (operation === null) return noOperation(database, id);
      return answerPoll(needs, waitingOf, operation, input);
    },
  });

const postCancel = ({ database, assets }: OperationNeeds) =>
  endpoint({
    method: 'post',
    name: 'cancelOperation',
    paths: ['/operations/{id}/cancel'],
    tag: 'Operations',
    summary: 'Cancel a scheduled operation',
    description:
      'It ends as failed, with the code `cancelled`. An operation that is already due is applied and cannot be ' +
      'cancelled.',
    params: idParams,
    query: null,
    body: null,
    scope: 'operations:write',
    answers: { 200: operationSchema },
    problems: ['operation_not_found', 'operation_archived', 'operation_not_scheduled'],
    handle: async ({ params }) => {
      const { operation, isCancelled } = await cancelOperation({ database, assets }, params.id);
      if (operation === null) return noOperation(database, params.id);
      const { id, status } = operation;
      if (!isCancelled) return new Problem('operation_not_scheduled', `Operation ${id} is ${status}.`);
      return { status: 200, body: presentOperation(operation, assets), logged: { operation_id: id } };
    },
  });

async function noOperation(
  database: Database,
  id: string,
): Promise<Problem<'operation_not_found' | 'operation_archived'>> {
  const place = await findArchiveOf(database, id);
  if (place === null) return new Problem('operation_not_found', `There is no operation ${id}.`);
  return operationArchived(lookInFiles('Operations', id, place), place);
}

const getOperations = ({ database, assets }: OperationNeeds) =>
  endpoint({
    method: 'get',
    name: 'listOperations',
    paths: ['/operations'],
    tag: 'Operations',
    summary: 'List operations, newest first',
    description: 'A transfer is listed with its source wallet. All filters can be combined.',
    params: null,
    query: z.strictObject({
      wallet_id: uuid.optional(),
      batch_id: uuid.optional(),
      status: z.enum(OPERATION_STATUSES).optional(),
      type: z.enum(OPERATION_TYPES).optional(),
      reference_id: key.optional(),
      idempotency_key: key.optional(),
      hold_id: uuid.optional().meta({ description: 'The captures and releases of this hold.' }),
      reversal_of: uuid.optional().meta({ description: 'The reversals of this operation.' }),
      ...timeQuery,
      ...pageQuery,
    }),
    body: null,
    scope: 'operations:read',
    answers: { 200: pageOf(operationSchema).extend(archivedBefore) },
    problems: [],
    handle: async ({ query }) => {
      const filter = {
        walletId: query.wallet_id ?? null,
        batchId: query.batch_id ?? null,
        status: query.status ?? null,
        type: query.type ?? null,
        referenceId: query.reference_id ?? null,
        idempotencyKey: query.idempotency_key ?? null,
        holdId: query.hold_id ?? null,
        reversalOf: query.reversal_of ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
        before: CURSORS.read(query.cursor),
      };
      const found = await listOperations(database, filter, query.limit + 1);
      await assets.know(found.flatMap(assetsOf));
      const page = answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: (operation) => operation.id,
        present: (operation) => presentOperation(operation, assets),
      });
      const archived = page.nextCursor === null ? await findMissing(database, filter) : null;
      return { ...page, body: { ...page.body, archived_before: archived } };
    },
  });

/** The end of the archived period, if some of the requested operations may be archived. Unfinished ones never are. */
async function findMissing(database: Database, { status, batchId, from }: OperationFilter): Promise<string | null> {
  if (status === 'pending' || status === 'scheduled') return null;
  const end = await readArchiveEnd(database);
  if (end === null || (batchId !== null && batchId >= end.id)) return null;
  return from !== null && from.getTime() - CLOCK_SKEW_MS >= end.time.getTime() ? null : end.time.toISOString();
}
