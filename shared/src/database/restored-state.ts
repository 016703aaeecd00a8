import type { Queryable } from './pool.ts';
import { UNTOLD, STATE_OF_ENDPOINT, FEED_HEAD } from './tables/events.ts';

/** A count, and the times between which its items lie. */
export interface Count {
  readonly count: number;
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

/** What a restored or promoted database still has to do, and how far it has got. */
export interface RestoredState {
  /** Pending single operations, by when they were accepted. */
  readonly pending: Count;
  /** Unfinished batches, in the same way. */
  readonly batches: Count;
  readonly pendingLines: number;
  /** Scheduled operations, by when they are due. */
  readonly scheduled: Count;
  /** Open holds, by when they expire, if they do. */
  readonly holds: Count;
  readonly expiredHolds: number;
  readonly lastOperation: { readonly id: string; readonly createdAt: Date } | null;
  readonly lastApplied: { readonly id: string; readonly createdAt: Date } | null;
  readonly feed: {
    readonly from: bigint;
    readonly to: bigint;
    readonly lastEventAt: Date | null;
    readonly unrelayed: number;
  };
  readonly webhooks: { readonly endpointsBehind: number; readonly pendingDeliveries: number };
}

/** Reads everything in one snapshot: `client` must be in a transaction. */
export async function readRestoredState(client: Queryable): Promise<RestoredState> {
  const one = async <Row extends object>(text: string): Promise<Row | null> =>
    (await client.query<Row>(text)).rows[0] ?? null;
  const count = async (moment: string, from: string): Promise<Count> =>
    (await one<Count>(
      `SELECT count(*)::int AS count, min(${moment}) AS oldest, max(${moment}) AS newest FROM ${from}`,
    )) ?? { count: 0, oldest: null, newest: null };
  const number = async (text: string): Promise<number> =>
    Number((await one<{ number: bigint }>(`SELECT (${text})::bigint AS number`))?.number ?? 0);
  return {
    pending: await count('accepted_at', 'pending_operations'),
    batches: await count('accepted_at', 'batches WHERE accepted_at IS NOT NULL AND finished_at IS NULL'),
    pendingLines: await number(
      `SELECT coalesce(sum(lines - succeeded - failed), 0) FROM batch_totals JOIN batches ON id = batch_id
       WHERE accepted_at IS NOT NULL AND finished_at IS NULL`,
    ),
    scheduled: await count('execute_at', 'scheduled_operations'),
    holds: await count('expires_at', 'holds WHERE remaining > 0'),
    expiredHolds: await number('SELECT count(*) FROM holds WHERE remaining > 0 AND expires_at <= now()'),
    lastOperation: await one('SELECT id, created_at AS "createdAt" FROM operations ORDER BY id DESC LIMIT 1'),
    lastApplied: await one(
      'SELECT operation_id AS id, created_at AS "createdAt" FROM movements ORDER BY operation_id DESC LIMIT 1',
    ),
    feed: (await one<RestoredState['feed']>(
      `SELECT feed_floor AS "from", ${FEED_HEAD} AS "to",
              (SELECT created_at FROM events JOIN event_feed ON event_id = id ORDER BY position DESC LIMIT 1) AS "lastEventAt",
              (SELECT count(*)::int FROM unrelayed_events) AS unrelayed
       FROM retention`,
    )) ?? { from: 1n, to: 0n, lastEventAt: null, unrelayed: 0 },
    webhooks: {
      endpointsBehind: await number(
        `SELECT count(*) FROM ${STATE_OF_ENDPOINT} WHERE deleted_at IS NULL AND EXISTS (SELECT FROM event_feed WHERE ${UNTOLD})`,
      ),
      pendingDeliveries: await number(`SELECT count(*) FROM deliveries WHERE status = 'pending'`),
    },
  };
}
