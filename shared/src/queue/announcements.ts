import { connectSender, connectSubscriber, withDeadline } from './connection.ts';
import type { QueueConnection } from './queue-listener.ts';

/**
 * Workers announce the partitions they have just drained, and that the feed of events has more, so that an API process whose
 * callers wait looks at once. An announcement can be lost: such a process looks from time to time anyway.
 */

const ANNOUNCE_MS = 500;

function channelOf(prefix: string): string {
  return `${prefix}:drained`;
}

/**
 * Says that the feed has more. On the channel of the partitions, so that a user of Redis needs no other; a listener of the version
 * before takes it for a partition without waiters.
 */
const FED = 'fed';

export interface Announcer {
  /** Tells that operations of the partitions ended. @throws Error within half a second if Redis does not take it. */
  announce(partitions: readonly number[]): Promise<void>;
  /** Tells that events got their places in the feed. @throws Error as `announce` does. */
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

/** How soon a subscription that Redis refused is asked for again. */
const RETRY_MS = 1_000;
/** How often one that holds is: a server that is frozen, or was cut off, is only noticed when it does not answer. */
const RENEW_MS = 5_000;

/**
 * Calls `hear` with the partitions of each announcement, and `hearFed` when the feed has more. Returns the function that stops it.
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
