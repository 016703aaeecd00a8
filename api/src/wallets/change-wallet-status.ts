import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type Actor, insertAct } from '@wallet/shared/database/tables/audit-log';
import { isSubscribed, readSubscribedTypes } from '@wallet/shared/database/tables/events';
import {
  type ChangedStatus,
  changeWalletStatus as changeStatus,
  findWallet,
} from '@wallet/shared/database/tables/wallets';
import { inTransaction } from '@wallet/shared/database/transaction';
import type { EventType } from '@wallet/shared/words/event';
import type { WalletStatus } from '@wallet/shared/words/operation';
import { recordFacts } from '@wallet/shared/events/record-facts';
import { presentWallet } from './wallet-schemas.ts';

const EVENT_OF = {
  active: 'wallet.activated',
  frozen: 'wallet.frozen',
  closed: 'wallet.closed',
} as const satisfies Record<WalletStatus, EventType>;

/** Changes a wallet's status, and records the actor and the event in the same transaction. */
export async function changeWalletStatus(
  { database, assets }: { database: Database; assets: Assets },
  { id, status, by }: { id: string; status: WalletStatus; by: Actor },
): Promise<ChangedStatus> {
  return inTransaction(database, async (client) => {
    const changed = await changeStatus(client, id, status);
    if (changed !== 'changed') return changed;
    await insertAct(client, by, {
      action: 'wallet.status_changed',
      subjectType: 'wallet',
      subjectId: id,
      detail: { status },
    });
    const type = EVENT_OF[status];
    if (!isSubscribed(await readSubscribedTypes(client), type)) return changed;
    const wallet = await findWallet(client, id);
    if (wallet === null) throw new Error(`wallet ${id} cannot be found`);
    await assets.know([wallet.assetId], client);
    await recordFacts(client, [{ type, data: presentWallet(wallet, assets.withId(wallet.assetId)) }]);
    return changed;
  });
}
