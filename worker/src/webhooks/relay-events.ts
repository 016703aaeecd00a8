import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { type Relayed, relayEvents, tryLockRelay } from '@wallet/shared/database/tables/events';
import { inTransaction } from '@wallet/shared/database/transaction';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { gather } from '@wallet/shared/process/gather';

/** The most events that one transaction relays. */
const RELAY_LIMIT = 1_000;
/**
 * The pause after each relay, in which events gather: so long for each event, within bounds. Many small relays would
 * cost the ledger a tenth of its full rate; below it, events need not wait for that.
 */
const REST_MS_PER_EVENT = 0.15;
const SHORTEST_REST_MS = 10;
const LONGEST_REST_MS = 100;
/** If another worker was relaying, it may have looked too early. */
const BUSY_MS = 100;

export interface Relay {
  /** There may be events to relay. */
  readonly nudge: () => void;
  stop(): Promise<void>;
}

/**
 * Relays when it is nudged. Calls `onFed` when the feed has new events, and `onRelayed` with the endpoints that have
 * something new.
 */
export function createRelay(options: {
  database: Database;
  onFed: () => void;
  onRelayed: (endpointIds: readonly string[]) => Promise<void>;
  log: Logger;
}): Relay {
  const { database, onFed, onRelayed } = options;
  const onError = logErrors(options.log, 'relay failed');
  let stopping = false;
  const relaying = gather<'events'>(async () => {
    try {
      const { state, events, endpointIds } = await relayAll(database);
      if (events > 0) onFed();
      await onRelayed(endpointIds);
      if (state === 'busy') nudge();
      await delay(state === 'busy' ? BUSY_MS : restAfter(events));
    } catch (error) {
      onError(error);
    }
  });

  function nudge(): void {
    if (!stopping) relaying.add(['events']);
  }

  return {
    nudge,
    async stop() {
      stopping = true;
      relaying.clear();
      await relaying.idle();
    },
  };
}

/** The pause in milliseconds after a relay of this many. */
export function restAfter(events: number): number {
  return Math.min(Math.max(events * REST_MS_PER_EVENT, SHORTEST_REST_MS), LONGEST_REST_MS);
}

/**
 * Relays recorded and committed events: each gets its position in the feed, where claims of deliveries find it.
 * @returns how many there were, the endpoints with something to send, and the state afterwards: `busy` if another
 * worker is relaying.
 */
export async function relayAll(
  database: Database,
): Promise<{ state: 'empty' | 'busy'; events: number; endpointIds: readonly string[] }> {
  const endpointIds = new Set<string>();
  let events = 0;
  for (;;) {
    const relayed = await relayOnce(database);
    for (const id of relayed?.endpointIds ?? []) endpointIds.add(id);
    events += relayed?.events ?? 0;
    if (relayed === null) return { state: 'busy', events, endpointIds: [...endpointIds] };
    if (relayed.events < RELAY_LIMIT) return { state: 'empty', events, endpointIds: [...endpointIds] };
  }
}

/** The lock is taken in its own statement, so that the next one sees everything relayed before. */
async function relayOnce(database: Database): Promise<Relayed | null> {
  return inTransaction(database, async (client) =>
    (await tryLockRelay(client)) ? relayEvents(client, RELAY_LIMIT) : null,
  );
}
