import type { Database } from '@wallet/shared/database/pool';
import type { Asset } from '@wallet/shared/database/tables/assets';
import { type Actor, insertAct } from '@wallet/shared/database/tables/audit-log';
import { type ChangedCreditLimit, changeCreditLimit } from '@wallet/shared/database/tables/wallets';
import { inTransaction } from '@wallet/shared/database/transaction';
import { formatAmount } from '@wallet/shared/words/money';

/** Changes how far below zero a wallet may go, and records the actor, in the same transaction. */
export async function setCreditLimit(
  database: Database,
  { id, asset, limit, by }: { id: string; asset: Asset; limit: bigint; by: Actor },
): Promise<ChangedCreditLimit> {
  return inTransaction(database, async (client) => {
    const { outcome, before } = await changeCreditLimit(client, id, limit);
    if (outcome !== 'changed') return outcome;
    await insertAct(client, by, {
      action: 'wallet.credit_limit_changed',
      subjectType: 'wallet',
      subjectId: id,
      detail: { credit_limit: formatAmount(limit, asset.scale), before: formatAmount(before, asset.scale) },
    });
    return outcome;
  });
}
