import { connectSender, connectSubscriber, withDeadline } from './connection.ts';
import type { QueueConnection } from './queue-listener.ts';

/**
 * Workers announce the partitions they have just drained, and new events in the feed, so that an API process with
 * waiting callers looks at once. An announcement can be lost: such a process also looks from time to time.
 */

const ANNOUNCE_MS = 500;

function channelOf(prefix: string): string {
  return `${prefix}:drained`;
}

/**
 * Announces new events. It uses the channel of the partitions, so that a Redis user needs no other; a listener of the
 * previous version takes it for a partition without waiting callers.
 */
const FED = 'fed';

export interface Announcer {
  /**
   * Announces that operations of the partitions ended. @throws Error within half a second if Redis does not accept it.
   */
  announce(partitions: readonly number[]): Promise<void>;
  /** Announces that events got their positions in the feed. @throws Error as `announce` does. */
  announceFed(): Promise<void>;
  close(): void;
}

export function createAnnouncer(options: QueueConnection): Announcer {
  const redis = connectSender(options, options.onError);
  const publish = async (message: string): Promise<void> => {
    await withDeadline(redis.publish(channelOf(options.prefix), message), ANNOUNCE_MS);
  };
  return {
    announce: (partitions) => publish(partitions.join(',')),
    announceFed: () => publish(FED),
    close() {
      redis.disconnect();
    },
  };
}

/** How soon a subscription that Redis refused is requested again. */
const RETRY_MS = 1_000;
/**
 * How often an active subscription is renewed: a server that is frozen or cut off is only noticed when it does not
 * answer.
 */
const RENEW_MS = 5_000;

/**
 * Calls `hear` with the partitions of each announcement, and `hearFed` when the feed has new events. Returns the
 * function that stops it.
 */
export function hearAnnouncements(
  options: QueueConnection & { hear: (partitions: number[]) => void; hearFed?: () => void },
): () => void {
  const redis = connectSubscriber(options, options.onError);
  let again: NodeJS.Timeout | undefined;
  let isStopped = false;
  redis.on('message', (_channel: string, message: string) => {
    if (message === FED) options.hearFed?.();
    else options.hear(message.split(',').map(Number));
  });
  redis.on('ready', subscribe);
  function subscribe(): void {
    clearTimeout(again);
    redis.subscribe(channelOf(options.prefix)).then(
      () => {
        askAgain(RENEW_MS);
      },
      (error: unknown) => {
        if (isStopped) return;
        options.onError(error instanceof Error ? error : new Error(String(error)));
        askAgain(RETRY_MS);
      },
    );
  }
  function askAgain(afterMs: number): void {
    clearTimeout(again);
    if (!isStopped) again = setTimeout(subscribe, afterMs);
  }
  return () => {
    isStopped = true;
    clearTimeout(again);
    redis.disconnect();
  };
}
