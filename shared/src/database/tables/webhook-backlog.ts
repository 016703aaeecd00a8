import type { Queryable } from '../pool.ts';
import { STATE_OF_ENDPOINT, UNTOLD } from './events.ts';

/** The backlog of webhooks. */
export interface WebhookBacklog {
  /** Events that were not relayed yet. */
  readonly unrelayed: number;
  /**
   * Deliveries that could be sent now, including those of paused endpoints. From the feed, those among each endpoint's
   * next `limit` events.
   */
  readonly due: number;
}

/** Counts the backlog, each part up to `limit`. */
export async function countWebhookBacklog(database: Queryable, limit: number): Promise<WebhookBacklog> {
  const { rows } = await database.query<WebhookBacklog>({
    name: 'countWebhookBacklog',
    text: `SELECT (SELECT count(*)::int FROM (SELECT FROM unrelayed_events ORDER BY sequence LIMIT $1) AS waiting) AS unrelayed,
                  (SELECT count(*)::int FROM (
                     SELECT FROM ${STATE_OF_ENDPOINT} CROSS JOIN LATERAL (
                       (SELECT FROM deliveries
                        WHERE deliveries.endpoint_id = state.endpoint_id AND deliveries.status = 'pending' AND next_attempt_at <= now()
                        ORDER BY next_attempt_at, event_id OFFSET 0)
                       UNION ALL
                       (SELECT FROM delivery_leases AS leases CROSS JOIN unnest(event_ids) AS leased (event_id)
                        WHERE leases.endpoint_id = state.endpoint_id AND leased_until <= now()
                          AND NOT EXISTS (SELECT FROM deliveries AS made
                                          WHERE made.endpoint_id = state.endpoint_id AND made.event_id = leased.event_id))
                       UNION ALL
                       (SELECT FROM event_feed WHERE ${UNTOLD} AND position <= state.position + $1
                        ORDER BY position OFFSET 0)
                     ) AS due
                     WHERE status = 'enabled' AND deleted_at IS NULL LIMIT $1
                   ) AS waiting) AS due`,
    values: [limit],
  });
  return rows[0] ?? { unrelayed: 0, due: 0 };
}

/**
 * The backlog of each endpoint, up to `limit`, even while it is paused or disabled: deliveries that were tried or are
 * being sent, and from the feed those among its next `look` events. Without that bound, a far-behind endpoint of rare
 * types would have the whole feed read.
 */
export async function countPendingDeliveries(
  database: Queryable,
  endpointIds: readonly string[],
  { limit, look }: { limit: number; look: number },
): Promise<Map<string, number>> {
  const { rows } = await database.query<{ id: string; pending: number }>({
    name: 'countPendingDeliveries',
    text: `SELECT endpoint_id AS id, (
             SELECT count(*)::int FROM (
               (SELECT FROM deliveries
                WHERE deliveries.endpoint_id = state.endpoint_id AND deliveries.status = 'pending'
                ORDER BY next_attempt_at, event_id OFFSET 0)
               UNION ALL
               (SELECT FROM delivery_leases AS leases CROSS JOIN unnest(event_ids) AS leased (event_id)
                WHERE leases.endpoint_id = state.endpoint_id
                  AND NOT EXISTS (SELECT FROM deliveries AS made
                                  WHERE made.endpoint_id = state.endpoint_id AND made.event_id = leased.event_id))
               UNION ALL
               (SELECT FROM event_feed WHERE ${UNTOLD} AND position <= state.position + $3
                ORDER BY position OFFSET 0)
               LIMIT $2
             ) AS waiting) AS pending
           FROM ${STATE_OF_ENDPOINT} WHERE endpoint_id = ANY ($1)`,
    values: [endpointIds, limit, look],
  });
  return new Map(rows.map(({ id, pending }) => [id, pending]));
}

/** The state of webhooks in total, for `GET /status`. */
export interface WebhookStatus {
  readonly endpoints: number;
  /** Enabled endpoints that are paused. */
  readonly paused: number;
  /** Of enabled endpoints, whether they can be sent now or later. */
  readonly pending: number;
  readonly oldestAgeSeconds: number;
}

/**
 * The state of webhooks. Deliveries are counted up to `limit`, and that many per endpoint are read to find the oldest.
 */
export async function readWebhookStatus(database: Queryable, limit: number): Promise<WebhookStatus> {
  const { rows } = await database.query<WebhookStatus>({
    name: 'readWebhookStatus',
    text: `WITH state AS MATERIALIZED (
             SELECT * FROM ${STATE_OF_ENDPOINT} WHERE deleted_at IS NULL
           ), enabled AS MATERIALIZED (
             SELECT * FROM state WHERE status = 'enabled'
           ), made AS MATERIALIZED (
             SELECT created_at FROM enabled AS state CROSS JOIN LATERAL (
               SELECT created_at FROM deliveries
               WHERE deliveries.endpoint_id = state.endpoint_id AND deliveries.status = 'pending'
               ORDER BY next_attempt_at, event_id LIMIT $1
             ) AS delivery LIMIT $1
           ), first_untold AS MATERIALIZED (
             SELECT event_id FROM enabled AS state CROSS JOIN LATERAL (
               SELECT event_id FROM event_feed WHERE ${UNTOLD} AND position <= state.position + $1 ORDER BY position LIMIT 1
             ) AS feed
           )
           SELECT (SELECT count(*)::int FROM state) AS endpoints,
                  (SELECT count(*)::int FROM enabled WHERE paused_until > now()) AS paused,
                  (SELECT count(*)::int FROM (
                     (SELECT FROM made)
                     UNION ALL
                     (SELECT FROM enabled AS state CROSS JOIN LATERAL (
                        SELECT FROM event_feed WHERE ${UNTOLD} AND position <= state.position + $1 ORDER BY position OFFSET 0
                      ) AS untold LIMIT $1)
                     LIMIT $1
                   ) AS waiting) AS pending,
                  greatest(0, coalesce(extract(epoch FROM now() - least(
                    (SELECT min(created_at) FROM made),
                    (SELECT min(created_at) FROM first_untold CROSS JOIN LATERAL (
                       SELECT created_at FROM events WHERE id = event_id OFFSET 0
                     ) AS event)
                  )), 0))::float8 AS "oldestAgeSeconds"`,
    values: [limit],
  });
  return rows[0] ?? { endpoints: 0, paused: 0, pending: 0, oldestAgeSeconds: 0 };
}
