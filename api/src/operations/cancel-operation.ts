import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { cancelScheduled } from '@wallet/shared/database/statements/cancel-scheduled';
import { isSubscribed, readSubscribedTypes } from '@wallet/shared/database/tables/events';
import { type Operation, findOperations } from '@wallet/shared/database/tables/operations';
import { inTransaction } from '@wallet/shared/database/transaction';
import { assetsOf, presentOperation } from '@wallet/shared/events/present-operation';
import { recordFacts } from '@wallet/shared/events/record-facts';

export interface Cancelled {
  /** The operation afterwards; null if there is none. */
  readonly operation: Operation | null;
  /** Whether it was scheduled, and has failed now. */
  readonly isCancelled: boolean;
}

/** Ends a scheduled operation, and records the event in the same transaction (P5). */
export async function cancelOperation(
  { database, assets }: { database: Database; assets: Assets },
  id: string,
): Promise<Cancelled> {
  return inTransaction(database, async (client) => {
    const isCancelled = await cancelScheduled(client, id);
    const [operation = null] = await findOperations(client, [id]);
    if (operation === null) return { operation, isCancelled };
    await assets.know(assetsOf(operation), client);
    if (isCancelled && isSubscribed(await readSubscribedTypes(client), 'operation.failed'))
      await recordFacts(client, [{ type: 'operation.failed', data: presentOperation(operation, assets) }]);
    return { operation, isCancelled };
  });
}
