import { connectReceiver, connectSender, withDeadline } from './connection.ts';

/**
 * Workers announce the partitions they have just drained, so that an API process that has somebody waiting looks at
 * once. An announcement can be lost; who waits looks from time to time anyway.
 */

const ANNOUNCE_MS = 500;

function channelOf(prefix: string): string {
  return `${prefix}:drained`;
}

export interface Announcer {
  /** Tells that operations of the partitions ended. @throws Error within half a second if Redis does not take it. */
  announce(partitions: readonly number[]): Promise<void>;
  close(): void;
}

export function createAnnouncer(options: { url: string; prefix: string; onError: (error: Error) => void }): Announcer {
  const redis = connectSender(options.url, options.onError);
  return {
    async announce(partitions) {
      await withDeadline(redis.publish(channelOf(options.prefix), partitions.join(',')), ANNOUNCE_MS);
    },
    close() {
      redis.disconnect();
    },
  };
}

/** How soon a subscription that Redis refused is asked for again. */
const RETRY_MS = 1_000;

/** Calls `hear` with the partitions of each announcement. Returns the function that stops it. */
export function hearAnnouncements(options: {
  url: string;
  prefix: string;
  hear: (partitions: number[]) => void;
  onError: (error: Error) => void;
}): () => void {
  const redis = connectReceiver(options.url, options.onError);
  let retry: NodeJS.Timeout | undefined;
  let isStopped = false;
  redis.on('message', (_channel: string, message: string) => {
    options.hear(message.split(',').map(Number));
  });
  redis.on('ready', subscribe);
  function subscribe(): void {
    clearTimeout(retry);
    redis.subscribe(channelOf(options.prefix)).catch((error: unknown) => {
      if (isStopped) return;
      options.onError(error instanceof Error ? error : new Error(String(error)));
      retry = setTimeout(subscribe, RETRY_MS);
    });
  }
  return () => {
    isStopped = true;
    clearTimeout(retry);
    redis.disconnect();
  };
}
