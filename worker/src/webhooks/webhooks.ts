import { findDueEndpoints } from '@wallet/shared/database/tables/delivery-claims';
import { logErrors } from '@wallet/shared/process/log-errors';
import { repeat } from '@wallet/shared/process/repeat';
import { createDeliveryDoorbell, hearDeliveryDoorbell } from '@wallet/shared/queue/delivery-doorbell';
import type { QueueConnection } from '@wallet/shared/queue/queue-listener';
import type { Sealer } from '@wallet/shared/process/seal';
import type { DeliveryTools } from './deliver-webhooks.ts';
import { createDispatcher } from './dispatch-deliveries.ts';
import { createRelay } from './relay-events.ts';
import { deleteOldTraces } from './trace-deliveries.ts';

/** How often to look for events that nobody relayed, and for deliveries that are due again. */
const LOOK_MS = 1_000;

/** How long a stop waits for receivers. */
const PATIENCE_MS = 3_000;

export interface Webhooks {
  /** Events were committed: relay them now. */
  readonly nudge: () => void;
  /** Waits a few seconds for the requests in flight, and stores their results. */
  stop(): Promise<void>;
}

/**
 * Relays events and delivers them. A relay rings for endpoints with something to send, so that any worker may do it;
 * missed rings and due retries are found by each worker itself.
 */
export function startWebhooks(
  options: Omit<DeliveryTools, 'sealer'> & {
    /** Null if the secrets cannot be decrypted: then events are relayed, and their deliveries wait. */
    sealer: Sealer | null;
    redis: QueueConnection;
    /** Called when the feed has new events. */
    onFed: () => void;
  },
): Webhooks {
  const { database, log, sender, sealer, redis, onFed, tracing = null } = options;
  const onLookError = logErrors(log, 'looking for due deliveries failed');
  const doorbell = createDeliveryDoorbell(redis);
  const dispatcher = sealer && createDispatcher({ ...options, sealer });
  const relay = createRelay({ database, log, onFed, onRelayed: ring });
  let isTold = false;

  async function ring(endpointIds: readonly string[]): Promise<void> {
    await doorbell.ring(endpointIds).catch(() => {
      wake(endpointIds);
    });
  }

  function wake(endpointIds: readonly string[]): void {
    if (dispatcher === null && endpointIds.length > 0 && !isTold) {
      log.error('webhooks cannot be sent: WEBHOOK_KEY is not set');
      isTold = true;
    }
    for (const endpointId of endpointIds) dispatcher?.wake(endpointId);
  }

  async function look(): Promise<void> {
    relay.nudge();
    const due = await findDueEndpoints(database).catch((error: unknown) => {
      onLookError(error);
      return [];
    });
    wake(due);
  }

  const looking = repeat(() => LOOK_MS, look);
  const deleting = tracing && deleteOldTraces(database, log);
  const listener = hearDeliveryDoorbell({ ...redis, hear: (endpointId) => wake([endpointId]) });
  return {
    nudge: relay.nudge,
    async stop() {
      const looked = looking.stop();
      const patience = setTimeout(() => sender.close(), PATIENCE_MS);
      await listener.stop();
      await Promise.all([looked, relay.stop(), dispatcher?.stop(), deleting?.stop()]);
      clearTimeout(patience);
      doorbell.close();
      sender.close();
    },
  };
}
