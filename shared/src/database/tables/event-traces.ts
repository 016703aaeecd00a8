import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';

/** The span in which an event was written, in W3C Trace Context form. Only events of sampled operations have one. */
export interface EventTrace {
  readonly eventId: string;
  readonly traceparent: string;
}

export async function insertEventTraces(database: Queryable, traces: readonly EventTrace[]): Promise<void> {
  await database.query({
    name: 'insertEventTraces',
    text: `INSERT INTO event_traces (event_id, traceparent) SELECT * FROM unnest($1::uuid[], $2::text[])
           ON CONFLICT DO NOTHING`,
    values: [
      arrayLiteral(traces.map(({ eventId }) => eventId)),
      arrayLiteral(traces.map(({ traceparent }) => traceparent)),
    ],
  });
}

/** The traces of the events that have one, in no particular order. */
export async function findEventTraces(database: Queryable, eventIds: readonly string[]): Promise<EventTrace[]> {
  const { rows } = await database.query<EventTrace>({
    name: 'findEventTraces',
    text: `SELECT event_id AS "eventId", traceparent FROM event_traces WHERE event_id = ANY ($1::uuid[])`,
    values: [arrayLiteral(eventIds)],
  });
  return rows;
}

/** How long the traces of events are kept. Later deliveries are not traced. */
export const EVENT_TRACES_KEPT_MS = 3_600_000;

/** The most rows that one call deletes. */
const DELETED_AT_ONCE = 10_000;

/** Deletes the traces of events whose ids (UUID version 7) are older than that. */
export async function deleteOldEventTraces(database: Queryable): Promise<void> {
  const milliseconds = (Date.now() - EVENT_TRACES_KEPT_MS).toString(16).padStart(12, '0');
  const cut = `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7000-8000-000000000000`;
  await database.query({
    name: 'deleteOldEventTraces',
    text: `DELETE FROM event_traces WHERE event_id = ANY (ARRAY (
             SELECT event_id FROM event_traces WHERE event_id < $1 ORDER BY event_id LIMIT ${DELETED_AT_ONCE}
           ))`,
    values: [cut],
  });
}
