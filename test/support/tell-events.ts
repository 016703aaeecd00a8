import type { Database } from '@wallet/shared/database/pool';
import { drawSequences, insertEvents, relayEvents, tryLockRelay } from '@wallet/shared/database/tables/events';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type EventType, eventBody } from '@wallet/shared/words/event';
import { newId } from '@wallet/shared/words/ids';

/** Records events and relays them, as a worker does. Returns their ids. */
export async function tellEvents(
  database: Database,
  type: EventType,
  count = 1,
  createdAt = new Date(),
): Promise<string[]> {
  const ids = Array.from({ length: count }, newId);
  await inTransaction(database, async (client) => {
    const sequences = await drawSequences(client, count);
    const events = sequences.map((sequence, index) => ({
      ...{ id: ids[index]!, type, createdAt, sequence },
      body: eventBody(type, createdAt, sequence, { place: index, name: 'é "quoted" \u2028 \\ 10.00' }),
    }));
    await insertEvents(client, events);
  });
  await relay(database);
  return ids;
}

export async function relay(database: Database): Promise<void> {
  await inTransaction(database, async (client) => {
    expect(await tryLockRelay(client)).toBe(true);
    await relayEvents(client, 10_000);
  });
}
