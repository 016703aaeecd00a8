import type { Asset } from '@wallet/shared/database/tables/assets';
import type { NewOperation, Operation } from '@wallet/shared/database/tables/operations';
import type { WalletFacts } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/ids';
import { writeJson } from '@wallet/shared/json-text';
import { type AmountProblem, parseAmount } from '@wallet/shared/money';
import type { OperationType, Priority } from '@wallet/shared/operation';
import { partitionOf } from '@wallet/shared/partition';
import type { Request, Response } from 'express';
import type { Api } from './context.ts';
import { hashRequest, idempotencyKeyOf } from './http/idempotency-key.ts';
import { metadataOf } from './http/metadata.ts';
import { waitSecondsOf } from './http/prefer.ts';
import { Problem } from './http/problem.ts';
import { presentOperation } from '@wallet/shared/present-operation';
import { invalid } from './http/schemas.ts';

/** What a request asks for, whichever route it came by. */
export interface Draft {
  readonly type: OperationType;
  readonly walletId: string;
  /** The receiving wallet of a transfer. */
  readonly toWalletId?: string;
  /** Decimal text. */
  readonly amount: string;
  readonly extras: Extras;
}

/** What every request for an operation may carry, as its body has it. */
export interface Extras {
  readonly description?: string | null | undefined;
  readonly reference_id?: string | null | undefined;
  readonly idempotency_key?: string | null | undefined;
  readonly priority?: Priority | undefined;
}

/** What a caller who polls should wait between two looks. */
const RETRY_AFTER_S = '1';

/**
 * Accepts an operation and answers `202` with it, or, with `Prefer: wait=N`, `200` as soon as it is final.
 * @throws Problem if the request cannot be accepted; then nothing was stored.
 */
export async function submitOperation(api: Api, request: Request, response: Response, draft: Draft): Promise<void> {
  const { type, extras } = draft;
  const toWalletId = draft.toWalletId ?? null;
  const idempotencyKey = idempotencyKeyOf(request.get('idempotency-key'), extras.idempotency_key, extras.reference_id);
  const wallet = await findWallet(api, draft.walletId);
  const asset = api.assets.withId(wallet.assetId);
  if (toWalletId !== null) await checkReceiver(api, wallet, toWalletId);
  const amount = readAmount(draft.amount, asset);
  const description = extras.description ?? null;
  const referenceId = extras.reference_id ?? null;
  const metadata = metadataOf(request.body);

  const acceptance = await api.accept({
    id: newId(),
    partition: partitionOf(wallet.id, api.partitions),
    walletId: wallet.id,
    toWalletId,
    assetId: asset.id,
    type,
    amount,
    priority: extras.priority ?? 'high',
    description,
    referenceId,
    idempotencyKey,
    requestHash:
      idempotencyKey &&
      hashOperation({ type, walletId: wallet.id, toWalletId, amount, description, referenceId, metadata }),
    metadata,
  });
  if (acceptance.kind === 'key_reused') {
    throw new Problem('idempotency_key_reused', `The key ${idempotencyKey} was used for another request.`);
  }
  if (acceptance.kind === 'replayed') response.set('Idempotent-Replayed', 'true');
  const base = request.baseUrl.startsWith('/api/v1') ? '/api/v1' : '';
  response.set('Location', `${base}/operations/${acceptance.operation.id}`);
  await answerOperation(api, request, response, acceptance.operation, 202);
}

/** @throws Problem `invalid_request` naming what is wrong with the amount. */
export function readAmount(text: string, asset: Asset): bigint {
  const amount = parseAmount(text, asset.scale);
  if (!amount.ok) throw invalid([{ path: 'amount', message: describeAmountProblem(amount.problem, asset) }]);
  return amount.minorUnits;
}

export function describeAmountProblem(problem: AmountProblem, asset: Asset): string {
  return AMOUNT_PROBLEMS[problem](asset);
}

const AMOUNT_PROBLEMS = {
  not_a_decimal: () => 'must be written in digits such as "12.50", without leading zeros, exponent, sign or spaces',
  not_positive: () => 'must be greater than zero',
  too_many_decimals: (asset) => `${asset.code} has at most ${asset.scale} decimals`,
  too_large: () => 'is larger than an account can hold',
} as const satisfies Record<AmountProblem, (asset: Asset) => string>;

async function findWallet(api: Api, id: string): Promise<WalletFacts> {
  const wallet = await api.findWallet.one(id);
  if (wallet === null) throw new Problem('wallet_not_found', `There is no wallet ${id}.`);
  return wallet;
}

async function checkReceiver(api: Api, wallet: WalletFacts, receiverId: string): Promise<void> {
  if (receiverId === wallet.id) throw invalid([{ path: 'to_wallet_id', message: 'must be another wallet' }]);
  const receiver = await findWallet(api, receiverId);
  if (receiver.assetId !== wallet.assetId) {
    throw new Problem('asset_mismatch', 'A transfer needs two wallets of the same asset.');
  }
}

type WhatIsAsked = Pick<
  NewOperation,
  'type' | 'walletId' | 'toWalletId' | 'amount' | 'description' | 'referenceId' | 'metadata'
>;

/**
 * What makes two requests for an operation the same, as text: a JSON array, whose plain words need no escaping. Priority does
 * not: it says when, not what.
 */
export function canonicalOperation(operation: WhatIsAsked): string {
  const { type, walletId, toWalletId, amount, description, referenceId, metadata } = operation;
  const receiver = toWalletId === null ? 'null' : `"${toWalletId}"`;
  const extras = `${quote(description)},${quote(referenceId)},${quote(canonicalJson(metadata))}`;
  return `["${type}","${walletId}",${receiver},"${amount}",${extras}]`;
}

function quote(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(text);
}

export function hashOperation(operation: WhatIsAsked): string {
  return hashRequest(canonicalOperation(operation));
}

/** Sorted names and parsed values: equal metadata gives equal text, whatever its order and spelling. */
function canonicalJson(metadata: string | null): string | null {
  if (metadata === null) return null;
  const fields = JSON.parse(metadata) as Record<string, unknown>;
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Answers with the operation. With `Prefer: wait=N`: as soon as it is final (200), or after N seconds as it is then.
 * `statusAsIs` is the answer's status when nobody waited for the end of it.
 */
export async function answerOperation(
  api: Api,
  request: Request,
  response: Response,
  operation: Operation,
  statusAsIs: 200 | 202,
): Promise<void> {
  const seconds = waitSecondsOf(request.get('prefer'));
  let answer = operation;
  if (seconds !== null) {
    response.set('Preference-Applied', `wait=${seconds}`);
    if (operation.status === 'pending') answer = await wait(api, response, operation, seconds * 1000);
  }
  const isFinal = answer.status !== 'pending';
  if (!isFinal) response.set('Retry-After', RETRY_AFTER_S);
  response.locals.logged['operation_id'] = answer.id;
  response.locals.logged['wallet_id'] = answer.walletId;
  response
    .status(seconds !== null && isFinal ? 200 : statusAsIs)
    .type('json')
    .send(writeJson(presentOperation(answer, api.assets.withId(answer.assetId))));
}

async function wait(api: Api, response: Response, operation: Operation, ms: number): Promise<Operation> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  if (response.closed) gone.abort();
  const partition = partitionOf(operation.walletId, api.partitions);
  return (await api.waiter.wait(operation.id, partition, ms, gone.signal)) ?? operation;
}
