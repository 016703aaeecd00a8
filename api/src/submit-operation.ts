import type { Operation } from '@wallet/shared/database/tables/operations';
import {
  type UserWallet,
  type WalletFacts,
  createWallet,
  findUserWallets,
} from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/ids';
import { writeJson } from '@wallet/shared/json-text';
import type { Priority } from '@wallet/shared/operation';
import { partitionOf } from '@wallet/shared/partition';
import { presentOperation } from '@wallet/shared/present-operation';
import type { Request, Response } from 'express';
import { chooseAsset } from './choose-asset.ts';
import type { Api } from './context.ts';
import {
  type Asked,
  type Draft,
  type Facts,
  type OperationRequest,
  draftOperation,
  userKey,
} from './draft-operation.ts';
import { metadataOf } from './http/metadata.ts';
import { waitSecondsOf } from './http/prefer.ts';
import { Problem } from './http/problem.ts';
import { Refusal, orThrow } from './http/refusal.ts';

/** What a request asks for, whichever route it came by. */
interface Submission {
  readonly asked: Asked;
  /** The body, of which only what every request may carry is read. */
  readonly extras: OperationRequest['extras'] & { readonly priority?: Priority | undefined };
}

/** What a caller who polls should wait between two looks. */
const RETRY_AFTER_S = '1';

/**
 * Accepts an operation and answers `202` with it, or, with `Prefer: wait=N`, `200` as soon as it is final.
 * @throws Problem if the request cannot be accepted; then nothing was stored.
 */
export async function submitOperation(
  api: Api,
  request: Request,
  response: Response,
  { asked, extras }: Submission,
): Promise<void> {
  const metadata = metadataOf(request.body);
  const keyHeader = request.get('idempotency-key');
  const { operation } = await draft(api, { asked, extras, metadata, keyHeader, hasKey: true });
  const acceptance = await api.accept({
    // Name by name, as in `accept`: this runs for every request.
    id: newId(),
    partition: partitionOf(operation.walletId, api.partitions),
    walletId: operation.walletId,
    toWalletId: operation.toWalletId,
    assetId: operation.assetId,
    type: operation.type,
    amount: operation.amount,
    priority: extras.priority ?? 'high',
    description: operation.description,
    referenceId: operation.referenceId,
    idempotencyKey: operation.idempotencyKey,
    requestHash: operation.requestHash,
    metadata: operation.metadata,
  });
  if (acceptance.kind === 'key_reused') {
    throw new Problem('idempotency_key_reused', `The key ${operation.idempotencyKey} was used for another request.`);
  }
  if (acceptance.kind === 'replayed') response.set('Idempotent-Replayed', 'true');
  const base = request.baseUrl.startsWith('/api/v1') ? '/api/v1' : '';
  response.set('Location', `${base}/operations/${acceptance.operation.id}`);
  await answerOperation(api, request, response, acceptance.operation, 202);
}

/** Drafts the operation, and makes the user's wallet that it needs. @throws Problem */
async function draft(api: Api, request: OperationRequest): Promise<Draft> {
  const first = orThrow(draftOperation(request, await findFacts(api, request.asked)));
  if (first.wallet === null || (await createWallet(api.storing, first.wallet)) === 'created') return first;
  // Another request made the user's wallet at the same moment.
  const second = orThrow(draftOperation(request, await findFacts(api, request.asked)));
  if (second.wallet !== null) throw new Error(`the wallet ${second.wallet.id} could not be made`);
  return second;
}

async function findFacts(api: Api, asked: Asked): Promise<Facts> {
  const { assets } = api;
  const facts = { assets, wallets: new Map<string, WalletFacts>(), users: new Map<string, UserWallet>() };
  if ('external_user_id' in asked) {
    const asset = chooseAsset(assets, asked);
    if (asset instanceof Refusal) return facts;
    const login = asked.external_user_id;
    const [user] = await findUserWallets(api.storing, [{ login, assetId: asset.id }]);
    if (user) facts.users.set(userKey(login, asset.id), user);
    return facts;
  }
  const ids = 'wallet_id' in asked ? [asked.wallet_id] : [asked.from_wallet_id, asked.to_wallet_id];
  for (const wallet of await Promise.all(ids.map((id) => api.findWallet.one(id)))) {
    if (wallet) facts.wallets.set(wallet.id, wallet);
  }
  return facts;
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
