import type { Queryable } from '@wallet/shared/database/pool';
import { findOperationsByKey } from '@wallet/shared/database/tables/operations';
import { type NewWallet, createWallet } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import type { Priority } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import { type AcceptOperation, type Acceptance, type EarlierAcceptance, judgeEarlier } from './accept-operation.ts';
import { type Asked, type Draft, type OperationRequest, type RefusalOf, draftOperation } from './draft-operation.ts';
import { type FactNeeds, findFacts } from './find-facts.ts';
import type { RequestOrigin } from '../http/request-origin.ts';
import { Refusal } from '../http/refusal.ts';
import { tellTerms } from './tell-terms.ts';

export interface SubmitNeeds extends FactNeeds {
  readonly accept: AcceptOperation;
}

/** Accepts an operation. A rejected one leaves nothing behind. */
export async function submitOperation<Named extends Asked>(
  needs: SubmitNeeds,
  request: OperationRequest<Named>,
  priority: Priority,
  { operationId, origin }: RequestOrigin,
): Promise<Acceptance | Refusal<RefusalOf<Named>>> {
  const first = draftOperation(request, await findFacts(needs, request.asked));
  const drafted =
    first instanceof Refusal || first.wallet === null ? first : await makeWallet(needs, request, first.wallet);
  if (drafted instanceof Refusal) return drafted;
  const { operation, onlyReplayed } = drafted;
  if (onlyReplayed !== null) return (await findReplay(needs.storing, operation)) ?? onlyReplayed;
  const acceptance = await needs.accept({
    // Field by field, as in `accept`: this runs for every request.
    id: operationId,
    partition: partitionOf(operation.walletId, needs.partitions),
    walletId: operation.walletId,
    toWalletId: operation.toWalletId,
    assetId: operation.assetId,
    type: operation.type,
    amount: operation.amount,
    priority,
    description: operation.description,
    referenceId: operation.referenceId,
    idempotencyKey: operation.idempotencyKey,
    requestHash: operation.requestHash,
    metadata: operation.metadata,
    terms: operation.terms,
    executeAt: operation.executeAt,
    origin,
  });
  if (operation.terms === null || acceptance.kind !== 'accepted') return acceptance;
  const { operation: accepted } = acceptance;
  if (accepted.type === 'hold') needs.targets.keep(accepted);
  // An operation that was read, after a lost reply, has its terms. In place: nobody else has this object.
  const terms = accepted.terms ?? tellTerms(request.asked, operation, accepted.createdAt);
  return { kind: 'accepted', operation: Object.assign(accepted, { terms }) };
}

/** Creates the user's wallet that an operation needs. @returns the draft on the wallet that the user has then. */
async function makeWallet<Named extends Asked>(
  needs: SubmitNeeds,
  request: OperationRequest<Named>,
  wallet: NewWallet,
): Promise<Draft | Refusal<RefusalOf<Named>>> {
  await createWallet(needs.storing, wallet);
  // Another request may have created it at the same moment.
  const second = draftOperation(request, await findFacts(needs, request.asked));
  if (second instanceof Refusal || second.wallet === null) return second;
  // Or another client's wallet has the id that is derived from the user: callers may choose the ids of wallets.
  await createWallet(needs.storing, { ...wallet, id: newId() });
  const third = draftOperation(request, await findFacts(needs, request.asked));
  if (third instanceof Refusal || third.wallet === null) return third;
  throw new Error(`the wallet ${third.wallet.id} could not be made`);
}

/** The operation accepted earlier under the key of a request that would be rejected now; null if there is none. */
export async function findReplay(
  database: Queryable,
  operation: Draft['operation'],
): Promise<EarlierAcceptance | null> {
  if (operation.idempotencyKey === null) return null;
  const [earlier] = await findOperationsByKey(database, [operation.idempotencyKey]);
  return earlier === undefined ? null : judgeEarlier(operation, earlier);
}
