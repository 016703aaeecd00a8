import { connectSender } from './connection.ts';

/** Counts that the processes share. They can be lost: whoever counts must be right without them too. */

/** What Redis answers a command that counts. */
type Reply = string | number | (string | number)[];

export interface Counters {
  /** The beginning of the names of all counts, so that one Redis can serve several installations. */
  readonly prefix: string;
  /** @throws Error within half a second if Redis does not answer. */
  sendCommand(command: string, ...args: string[]): Promise<Reply>;
  close(): void;
}

export function createCounters(options: { url: string; prefix: string; onError: (error: Error) => void }): Counters {
  const redis = connectSender(options.url, options.onError);
  return {
    prefix: `${options.prefix}:requests:`,
    sendCommand: (command, ...args) => redis.call(command, ...args) as Promise<Reply>,
    close() {
      redis.disconnect();
    },
  };
}
