import { Cluster } from 'ioredis';
import { connectSender, withDeadline } from './connection.ts';
import type { QueueConnection } from './queue-listener.ts';

/** Counters that processes share. They can be lost: a process must work correctly without them. */

/** Redis' reply to a counting command. */
type Reply = string | number | (string | number)[];

export interface Counters {
  /** The prefix of all counter names, so that one Redis can serve several installations. */
  readonly prefix: string;
  /** @throws Error within half a second if Redis does not answer. */
  sendCommand(command: string, ...args: string[]): Promise<Reply>;
  close(): void;
}

const COUNT_MS = 500;

export function createCounters(options: QueueConnection): Counters {
  const redis = connectSender(options, options.onError);
  /** A script is loaded into every master of a Cluster, because the counted key decides which of them runs it. */
  const loadScript = async (cluster: Cluster, args: readonly string[]): Promise<Reply> => {
    const replies = await Promise.all(cluster.nodes('master').map((node) => node.call('SCRIPT', ...args)));
    return replies[0] as Reply;
  };
  const send = async (command: string, args: readonly string[]): Promise<Reply> =>
    redis instanceof Cluster && command === 'SCRIPT'
      ? loadScript(redis, args)
      : (redis.call(command, ...args) as Promise<Reply>);
  return {
    prefix: `${options.prefix}:requests:`,
    sendCommand: (command, ...args) => withDeadline(send(command, args), COUNT_MS),
    close() {
      redis.disconnect();
    },
  };
}
