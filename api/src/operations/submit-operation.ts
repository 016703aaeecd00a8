import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import {
  type UserWallet,
  type WalletFacts,
  createWallet,
  findUserWallets,
} from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import type { Priority } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import type { AcceptOperation, Acceptance } from './accept-operation.ts';
import { chooseAsset } from '../http/choose-asset.ts';
import {
  type Asked,
  type Draft,
  type Facts,
  type OperationRequest,
  type RefusalOf,
  draftOperation,
  userKey,
} from './draft-operation.ts';
import { Refusal } from '../http/refusal.ts';

export interface SubmitNeeds {
  /** For what has to be looked up to store an operation, and for the first wallet of a user. */
  readonly storing: Database;
  readonly partitions: number;
  readonly assets: Assets;
  /** What never changes about a wallet; null if there is none. */
  readonly findWallet: (id: string) => Promise<WalletFacts | null>;
  readonly accept: AcceptOperation;
}

/** Accepts an operation. Refused, it leaves nothing behind. */
export async function submitOperation<Named extends Asked>(
  needs: SubmitNeeds,
  request: OperationRequest<Named>,
  priority: Priority,
): Promise<Acceptance | Refusal<RefusalOf<Named>>> {
  const drafted = await draft(needs, request);
  if (drafted instanceof Refusal) return drafted;
  const { operation } = drafted;
  return needs.accept({
    // Name by name, as in `accept`: this runs for every request.
    id: newId(),
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
  });
}

/** Drafts the operation, and makes the user's wallet that it needs. */
async function draft<Named extends Asked>(
  needs: SubmitNeeds,
  request: OperationRequest<Named>,
): Promise<Draft | Refusal<RefusalOf<Named>>> {
  const first = draftOperation(request, await findFacts(needs, request.asked));
  if (first instanceof Refusal || first.wallet === null) return first;
  if ((await createWallet(needs.storing, first.wallet)) === 'created') return first;
  // Another request made the user's wallet at the same moment.
  const second = draftOperation(request, await findFacts(needs, request.asked));
  if (second instanceof Refusal || second.wallet === null) return second;
  // Or another client's wallet has the id that follows from the user: a caller may choose the ids of wallets.
  await createWallet(needs.storing, { ...second.wallet, id: newId() });
  const third = draftOperation(request, await findFacts(needs, request.asked));
  if (third instanceof Refusal || third.wallet === null) return third;
  throw new Error(`the wallet ${third.wallet.id} could not be made`);
}

async function findFacts({ storing, assets, findWallet }: SubmitNeeds, asked: Asked): Promise<Facts> {
  const facts = { assets, wallets: new Map<string, WalletFacts>(), users: new Map<string, UserWallet>() };
  if ('external_user_id' in asked) {
    const asset = chooseAsset(assets, asked);
    if (asset instanceof Refusal) return facts;
    const login = asked.external_user_id;
    const [user] = await findUserWallets(storing, [{ login, assetId: asset.id }]);
    if (user) facts.users.set(userKey(login, asset.id), user);
    return facts;
  }
  const ids = 'wallet_id' in asked ? [asked.wallet_id] : [asked.from_wallet_id, asked.to_wallet_id];
  for (const wallet of await Promise.all(ids.map((id) => findWallet(id)))) {
    if (wallet) facts.wallets.set(wallet.id, wallet);
  }
  return facts;
}
