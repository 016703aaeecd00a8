import { setTimeout as delay } from 'node:timers/promises';
import { type Retry, WalletConnectionError } from '@wallet/sdk';

/** There was no progress for as long as the user is willing to wait. */
export class GivenUp extends Error {}

/** Counts the time without progress, over all requests of a command. */
export interface Patience {
  /** There was progress: the time begins anew. */
  renew(): void;
  /** Decides about an attempt that is to be repeated. @throws GivenUp if there is no time left for it. */
  onRetry(retry: Pick<Retry, 'error' | 'delayMs'>): void;
}

/** `onWait` is told the reason before every pause. */
export function createPatience(giveUpAfterMs: number, onWait: (reason: string) => void): Patience {
  let since = Date.now();
  return {
    renew() {
      since = Date.now();
    },
    onRetry({ error, delayMs }) {
      const reason = error.message.replace(/^The service did not answer: /, '');
      if (Date.now() + delayMs > since + giveUpAfterMs) throw new GivenUp(reason);
      onWait(reason);
    },
  };
}

const PAUSE_MS = 1_000;

/**
 * Reads an answer that comes in pieces. One that breaks off is read anew from its beginning, so `read` can be called more than once.
 * @throws GivenUp
 */
export async function readWhole<Result>(patience: Patience, read: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof WalletConnectionError) || error.status !== null) throw error;
      patience.onRetry({ error, delayMs: PAUSE_MS });
      await delay(PAUSE_MS);
    }
  }
}
