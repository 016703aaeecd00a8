import { logErrors } from '@wallet/shared/process/log-errors';
import { type DeliveryTools, FIRST_ROUND, deliverWebhooks } from './deliver-webhooks.ts';

/** How many endpoints one worker talks to at once. Others wait; an endpoint that hangs is soon paused. */
const ENDPOINTS_AT_ONCE = 64;
/** For how long an endpoint is talked to while others wait for room: one that comes back may have millions of events to be told. */
const TURN_MS = 1_000;

export interface Dispatcher {
  /** An endpoint may have something due: it is talked to, once at a time, as soon as there is room. */
  wake(endpointId: string): void;
  /** Resolves when the requests in flight have ended and their results are stored. */
  stop(): Promise<void>;
}

export function createDispatcher(tools: DeliveryTools, atOnce = ENDPOINTS_AT_ONCE): Dispatcher {
  const onError = logErrors(tools.log, 'delivery failed');
  const running = new Map<string, Promise<void>>();
  /** Woken, and not yet talked to, or woken again meanwhile. */
  const waiting = new Set<string>();
  /** How large the next round of an endpoint is. */
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
    // Whatever keeps it from coming to an end, the next one begins small.
    sizes.delete(endpointId);
    const turnEnds = performance.now() + TURN_MS;
    const givesWay = (): boolean => stopping || (performance.now() > turnEnds && othersWait());
    try {
      const left = await deliverWebhooks(tools, endpointId, size, givesWay);
      sizes.set(endpointId, left.size);
      // Woken or not meanwhile, it comes behind those that wait.
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
