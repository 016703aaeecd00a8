import { randomBytes } from 'node:crypto';
import type { Database } from '@wallet/shared/database/pool';
import { claimDeliveries, recordAttempts } from '@wallet/shared/database/tables/delivery-claims';
import { drawSequences, insertEvents } from '@wallet/shared/database/tables/events';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type EventType, eventBody } from '@wallet/shared/words/event';
import { type RetentionDays, deletePiece } from '@wallet/worker/retention/delete-piece';
import { relay } from './tell-events.ts';

const DAY_MS = 24 * 3_600_000;
const LEASE_MS = 60_000;

/** The time this many days ago. */
export function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY_MS);
}

/**
 * Records events as if they had happened this many days ago, and relays them. Returns their ids, in the order of the
 * feed.
 */
export async function tellAged(
  database: Database,
  days: number,
  count = 1,
  type: EventType = 'wallet.frozen',
): Promise<string[]> {
  const createdAt = daysAgo(days);
  const ids = Array.from({ length: count }, (_, index) => idAt(createdAt.getTime() + index));
  await inTransaction(database, async (client) => {
    const sequences = await drawSequences(client, count);
    await insertEvents(
      client,
      sequences.map((sequence, index) => ({
        ...{ id: ids[index]!, type, createdAt, sequence, body: eventBody(type, createdAt, sequence, { place: index }) },
      })),
    );
  });
  await relay(database);
  return ids;
}

/** A UUID of version 7 that was made then. */
function idAt(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const random = randomBytes(8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(4, 16)}`;
}

/** Sends an endpoint everything due, as if it had been tried, and had ended, this many days ago. */
export async function deliverAged(
  database: Database,
  endpoint: string,
  days: number,
  outcome: 'succeeded' | 'failed' | 'pending' = 'succeeded',
): Promise<void> {
  const { deliveries, lease, pauseResets } = await claimDeliveries(database, endpoint, 100, LEASE_MS);
  const attempts = deliveries.map(({ eventId }) => ({
    ...{ eventId, succeeded: outcome === 'succeeded', startedAt: daysAgo(days), durationMs: 1, responseStatus: 200 },
    ...{ error: null, responseExcerpt: '', retryInMs: outcome === 'pending' ? LEASE_MS : null },
  }));
  await recordAttempts(database, endpoint, attempts, { pauseMs: 0, lease, pauseResets });
  await database.query(
    `UPDATE deliveries SET completed_at = $3 WHERE endpoint_id = $1 AND event_id = ANY ($2) AND status <> 'pending'`,
    [endpoint, deliveries.map(({ eventId }) => eventId), daysAgo(days)],
  );
}

/** Makes the next piece start at once. */
export async function endRest(database: Database): Promise<void> {
  await database.query(`UPDATE retention SET next_at = '-infinity'`);
}

/** A whole pass of retention, in pieces of `limit`, by the user `as`. @returns how many pieces that took. */
export async function retain(database: Database, as: Database, days: RetentionDays, limit = 1_000): Promise<number> {
  await database.query(`UPDATE retention SET kind = 'attempts', place = '{}'`);
  for (let pieces = 1; ; pieces += 1) {
    await endRest(database);
    await deletePiece(as, days, limit);
    const { rows } = await database.query<{ kind: string; place: string[] }>('SELECT kind, place FROM retention');
    if (rows[0]!.kind === 'attempts' && rows[0]!.place.length === 0) return pieces;
  }
}
