import type { Queryable } from '@wallet/shared/database/pool';
import { countPendingDeliveries } from '@wallet/shared/database/tables/webhook-backlog';
import type { WebhookEndpoint } from '@wallet/shared/database/tables/webhook-endpoints';

/** How far deliveries are counted, and how much of the feed is examined for unclaimed ones. */
export const PENDING_LIMIT = 1_000;
const PENDING_LOOK = 10_000;

/** An endpoint as it is shown: with the size of its backlog, up to `PENDING_LIMIT`. */
export interface ShownEndpoint extends WebhookEndpoint {
  readonly pending: number;
}

export async function showEndpoints(
  database: Queryable,
  endpoints: readonly WebhookEndpoint[],
): Promise<ShownEndpoint[]> {
  if (endpoints.length === 0) return [];
  const ids = endpoints.map(({ id }) => id);
  const pending = await countPendingDeliveries(database, ids, { limit: PENDING_LIMIT, look: PENDING_LOOK });
  return endpoints.map((endpoint) => ({ ...endpoint, pending: pending.get(endpoint.id) ?? 0 }));
}
