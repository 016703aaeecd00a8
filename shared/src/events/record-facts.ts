import type { Queryable } from '../database/pool.ts';
import { drawSequences, insertEvents } from '../database/tables/events.ts';
import { type EventType, eventBody } from '../words/event.ts';
import { newId } from '../words/ids.ts';

/** Something that has happened, and the event about it. */
export interface Fact {
  readonly type: EventType;
  readonly data: object;
}

/**
 * Records events in the transaction that makes them true, in the given order, in one statement. For events about a
 * wallet, its locks must be held: they make the order of the numbers the order of events.
 * @returns the ids of the events.
 */
export async function recordFacts(database: Queryable, facts: readonly Fact[]): Promise<string[]> {
  if (facts.length === 0) return [];
  const createdAt = new Date();
  const sequences = await drawSequences(database, facts.length);
  const events = facts.map(({ type, data }, index) => {
    const sequence = sequences[index] ?? 0n;
    return { id: newId(), type, createdAt, sequence, body: eventBody(type, createdAt, sequence, data) };
  });
  await insertEvents(database, events);
  return events.map(({ id }) => id);
}
