import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import {
  type NewWallet,
  type WalletFacts,
  createWallet,
  findUserWallets,
} from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import type { Priority } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import type { AcceptOperation, Acceptance } from './accept-operation.ts';
import { findAsset } from '../http/choose-asset.ts';
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
  const first = draftOperation(request, await findFacts(needs, request.asked));
  const drafted =
    first instanceof Refusal || first.wallet === null ? first : await makeWallet(needs, request, first.wallet);
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
    terms: operation.terms,
  });
}

/** Makes the user's wallet that an operation needs. @returns the draft on the wallet that the user has then. */
async function makeWallet<Named extends Asked>(
  needs: SubmitNeeds,
  request: OperationRequest<Named>,
  wallet: NewWallet,
): Promise<Draft | Refusal<RefusalOf<Named>>> {
  await createWallet(needs.storing, wallet);
  // Another request may have made it at the same moment.
  const second = draftOperation(request, await findFacts(needs, request.asked));
  if (second instanceof Refusal || second.wallet === null) return second;
  // Or another client's wallet has the id that follows from the user: a caller may choose the ids of wallets.
  await createWallet(needs.storing, { ...wallet, id: newId() });
  const third = draftOperation(request, await findFacts(needs, request.asked));
  if (third instanceof Refusal || third.wallet === null) return third;
  throw new Error(`the wallet ${third.wallet.id} could not be made`);
}

const NO_WALLETS: Facts['wallets'] = new Map();
const NO_USERS: Facts['users'] = new Map();

async function findFacts({ storing, assets, findWallet }: SubmitNeeds, asked: Asked): Promise<Facts> {
  if ('wallet_id' in asked) {
    const wallet = await findWallet(asked.wallet_id);
    return { assets, wallets: wallet === null ? NO_WALLETS : new Map([[wallet.id, wallet]]), users: NO_USERS };
  }
  if ('external_user_id' in asked) {
    const asset = await findAsset(assets, asked);
    if (asset instanceof Refusal) return { assets, wallets: NO_WALLETS, users: NO_USERS };
    const login = asked.external_user_id;
    const [user] = await findUserWallets(storing, [{ login, assetId: asset.id }]);
    const users = user === undefined ? NO_USERS : new Map([[userKey(login, asset.id), user]]);
    return { assets, wallets: NO_WALLETS, users };
  }
  const found = await Promise.all([findWallet(asked.from_wallet_id), findWallet(asked.to_wallet_id)]);
  const wallets = new Map(found.flatMap((wallet) => (wallet === null ? [] : [[wallet.id, wallet]])));
  return { assets, wallets, users: NO_USERS };
}
