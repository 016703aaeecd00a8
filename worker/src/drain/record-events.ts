import type { Assets } from '@wallet/shared/database/assets';
import type { Client } from '@wallet/shared/database/pool';
import { findBatch } from '@wallet/shared/database/tables/batches';
import { isSubscribed } from '@wallet/shared/database/tables/events';
import { insertEventTraces } from '@wallet/shared/database/tables/event-traces';
import { findOperations } from '@wallet/shared/database/tables/operations';
import type { EventType } from '@wallet/shared/words/event';
import type { Outcome } from '@wallet/shared/ledger/plan';
import { presentBatch } from '@wallet/shared/events/present-batch';
import { assetsOf, presentOperation } from '@wallet/shared/events/present-operation';
import { type Fact, recordFacts } from '@wallet/shared/events/record-facts';
import type { OperationSpans } from './trace-operations.ts';

/** What has ended in a transaction. */
export interface Ended {
  /** Operations that have an event of their own, in the order in which they were applied. */
  readonly outcomes: readonly Outcome[];
  readonly batchIds: readonly string[];
  /** For traced operations, whose events are delivered as part of the trace. */
  readonly spans?: OperationSpans;
}

/**
 * Records the events of everything that ended, in the transaction that ends it (P5), in one statement. They are
 * numbered while the locks of their wallets are held, so the order of the numbers is that in which it happened.
 * @returns how many have a subscriber and were written.
 */
export async function recordEvents(
  client: Client,
  assets: Assets,
  ended: Ended,
  subscribed: readonly string[],
): Promise<number> {
  const wanted = ended.outcomes.filter((outcome) => isSubscribed(subscribed, typeOf(outcome)));
  const batchIds = isSubscribed(subscribed, 'batch.completed') ? ended.batchIds : [];
  if (wanted.length + batchIds.length === 0) return 0;

  const found = await findOperations(
    client,
    wanted.map(({ operationId }) => operationId),
  );
  await assets.know(found.flatMap(assetsOf), client);
  const operations = new Map(found.map((operation) => [operation.id, operation]));
  const facts: Fact[] = wanted.map((outcome) => {
    const operation = operations.get(outcome.operationId);
    if (operation === undefined) throw new Error(`operation ${outcome.operationId} cannot be found`);
    return { type: typeOf(outcome), data: presentOperation(operation, assets) };
  });
  for (const id of batchIds) {
    const batch = await findBatch(client, { id });
    if (batch === null) throw new Error(`batch ${id} cannot be found`);
    await assets.know(
      batch.totals.map(({ assetId }) => assetId),
      client,
    );
    facts.push({ type: 'batch.completed', data: presentBatch(batch, assets) });
  }

  const eventIds = await recordFacts(client, facts);
  if (ended.spans !== undefined && ended.spans.size > 0) await traceEvents(client, ended.spans, wanted, eventIds);
  return eventIds.length;
}

/** Events are written in the order of their outcomes. */
async function traceEvents(
  client: Client,
  spans: OperationSpans,
  outcomes: readonly Outcome[],
  eventIds: readonly string[],
): Promise<void> {
  const traces = outcomes.flatMap(({ operationId }, index) => {
    const [eventId, processing] = [eventIds[index], spans.get(operationId)];
    return eventId === undefined || !processing ? [] : { eventId, traceparent: processing.span.traceparent };
  });
  if (traces.length > 0) await insertEventTraces(client, traces);
}

function typeOf(outcome: Outcome): EventType {
  return outcome.rejection === null ? 'operation.succeeded' : 'operation.failed';
}
