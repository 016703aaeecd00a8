import { type Connection, openConnections } from './connection.ts';

export interface ClosedLoop {
  readonly accepted: number;
  /** How many answers there were of each status but success; 0 stands for a connection that was lost. */
  readonly refused: ReadonlyMap<number, number>;
  /** From the first request until the last answer. */
  readonly seconds: number;
}

/**
 * Each connection sends its next request as soon as the previous one is answered, until the time is over or this many
 * are sent. That finds the capacity of a contender. It does not show how long a caller waits: a slow contender gets
 * fewer requests.
 */
export async function runClosedLoop(load: {
  ports: readonly number[];
  connections: number;
  seconds: number;
  most?: number;
  /** Sent in turn, repeatedly. */
  requests: readonly Buffer[];
  /** The request that a connection sends next because of an answer to one of these; null for the next of them. */
  follow?: ((body: string) => Buffer | null) | undefined;
}): Promise<ClosedLoop> {
  const { requests, most = Infinity, follow } = load;
  const connections = await openConnections(load.ports, load.connections);
  const started = performance.now();
  const ends = started + load.seconds * 1000;
  let sent = 0;
  let accepted = 0;
  const refused = new Map<number, number>();

  const runOne = (connection: Connection): Promise<void> =>
    new Promise((resolve) => {
      const next = (following: Buffer | null): void => {
        const request = following ?? requests[sent % requests.length];
        if (request === undefined || (following === null && (sent >= most || performance.now() >= ends))) {
          resolve();
          return;
        }
        if (following === null) sent += 1;
        connection.send(request, (status, body) => {
          if (status >= 200 && status < 300) accepted += 1;
          else refused.set(status, (refused.get(status) ?? 0) + 1);
          if (status === 0) resolve();
          else next(following === null && follow !== undefined ? follow(body) : null);
        });
      };
      next(null);
    });
  await Promise.all(connections.map(runOne));
  const seconds = (performance.now() - started) / 1000;
  for (const connection of connections) connection.close();
  return { accepted, refused, seconds };
}

/** What a run must say of requests that did not succeed: how many, and how they were answered. Nothing if all did. */
export function describeRefused({ refused }: ClosedLoop): string[] {
  return [...refused].map(([status, count]) =>
    status === 0 ? `${count} requests were not answered` : `${count} requests were answered ${status}`,
  );
}
