import { logErrors } from '@wallet/shared/process/log-errors';
import { type DeliveryTools, FIRST_ROUND, deliverWebhooks } from './deliver-webhooks.ts';

/** How many endpoints one worker sends to at once. Others wait; an endpoint that hangs is soon paused. */
const ENDPOINTS_AT_ONCE = 64;
/** How long an endpoint is served while others wait for room: one that recovers may have a backlog of millions. */
const TURN_MS = 1_000;

export interface Dispatcher {
  /** An endpoint may have something due: it is served, one run at a time, as soon as there is room. */
  wake(endpointId: string): void;
  /** Resolves when the requests in flight have ended and their results are stored. */
  stop(): Promise<void>;
}

export function createDispatcher(tools: DeliveryTools, atOnce = ENDPOINTS_AT_ONCE): Dispatcher {
  const onError = logErrors(tools.log, 'delivery failed');
  const running = new Map<string, Promise<void>>();
  /** Endpoints that were woken and are not being served yet, or were woken again meanwhile. */
  const waiting = new Set<string>();
  /** The size of an endpoint's next round. */
  const sizes = new Map<string, number>();
  let stopping = false;

  function startNext(): void {
    for (const endpointId of waiting) {
      if (running.size >= atOnce || stopping) return;
      if (running.has(endpointId)) continue;
      waiting.delete(endpointId);
      const run = deliver(endpointId).finally(() => {
        running.delete(endpointId);
        startNext();
      });
      running.set(endpointId, run);
    }
  }

  async function deliver(endpointId: string): Promise<void> {
    const size = sizes.get(endpointId) ?? FIRST_ROUND;
    // After any error, the next one begins small.
    sizes.delete(endpointId);
    const turnEnds = performance.now() + TURN_MS;
    const givesWay = (): boolean => stopping || (performance.now() > turnEnds && othersWait());
    try {
      const left = await deliverWebhooks(tools, endpointId, size, givesWay);
      sizes.set(endpointId, left.size);
      // Whether it was woken again or not, it queues behind the waiting ones.
      if (waiting.delete(endpointId) || left.goesOn) waiting.add(endpointId);
    } catch (error) {
      onError(error, { endpoint_id: endpointId });
    }
  }

  function othersWait(): boolean {
    for (const endpointId of waiting) if (!running.has(endpointId)) return true;
    return false;
  }

  return {
    wake(endpointId) {
      waiting.add(endpointId);
      startNext();
    },
    async stop() {
      stopping = true;
      await Promise.all(running.values());
    },
  };
}
