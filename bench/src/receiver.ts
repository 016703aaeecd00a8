import { setTimeout as delay } from 'node:timers/promises';
import { listenForWebhooks } from './load/listen-for-webhooks.ts';
import type { Stops } from './stops.ts';

/** Accepts every webhook at once, and records when it first heard of an operation. */
export interface Receiver {
  readonly url: string;
  /** On the clock of `performance.now()`. */
  heardAt(operationId: string): number | undefined;
  /** @returns whether it heard of all of them in time. */
  untilHeard(operationIds: readonly string[], seconds: number): Promise<boolean>;
  forget(): void;
}

const LOOK_MS = 20;
const ID = /"id":"([0-9a-f-]{36})"/;

export async function startReceiver(stops: Stops): Promise<Receiver> {
  const heard = new Map<string, number>();
  const url = await listenForWebhooks(stops, ({ body }) => {
    const id = ID.exec(body)?.[1];
    if (id !== undefined && !heard.has(id)) heard.set(id, performance.now());
    return 204;
  });
  return {
    url,
    heardAt: (operationId) => heard.get(operationId),
    async untilHeard(operationIds, seconds) {
      const deadline = performance.now() + seconds * 1000;
      while (!operationIds.every((id) => heard.has(id))) {
        if (performance.now() > deadline) return false;
        await delay(LOOK_MS);
      }
      return true;
    },
    forget: () => {
      heard.clear();
    },
  };
}
