import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, openConnections } from './connection.ts';

/** One request of an open loop. Times are milliseconds on the clock of `performance.now()`. */
export interface Sent {
  /** When it was due. */
  readonly dueAt: number;
  /** When its answer arrived; without one, when the wait for it ended. */
  answeredAt: number;
  status: number;
  /** The id in the answer, if it had one. */
  id: string | null;
}

/** How long answers are awaited after the last request was due. */
const LINGER_MS = 20_000;
const TICK_MS = 1;
const ID = /"id":"([0-9a-f-]{36})"/;

/**
 * Requests are due at equal intervals, regardless of earlier ones, and each is timed from when it was due: a slow
 * contender gets no fewer requests, and queueing behind a slow answer counts as waiting. If every connection is busy,
 * the request waits here for the next one. The timer ticks every millisecond, so times can be up to a millisecond too
 * long, for every contender alike.
 */
export async function runOpenLoop(load: {
  ports: readonly number[];
  connections: number;
  seconds: number;
  perSecond: number;
  requests: readonly Buffer[];
}): Promise<readonly Sent[]> {
  const { requests, perSecond } = load;
  const idle = await openConnections(load.ports, load.connections);
  const all = [...idle];
  const total = Math.floor(load.seconds * perSecond);
  const sent: Sent[] = [];
  let answered = 0;
  const started = performance.now();

  function send(connection: Connection): void {
    const request = requests[sent.length % requests.length];
    if (request === undefined) return;
    const entry: Sent = { dueAt: started + (sent.length * 1000) / perSecond, answeredAt: NaN, status: 0, id: null };
    sent.push(entry);
    connection.send(request, (status, body) => {
      entry.answeredAt = performance.now();
      entry.status = status;
      entry.id = ID.exec(body)?.[1] ?? null;
      answered += 1;
      if (status === 0) return;
      if (isNextDue()) send(connection);
      else idle.push(connection);
    });
  }
  const isNextDue = (): boolean =>
    sent.length < total && started + (sent.length * 1000) / perSecond <= performance.now();

  const givesUpAt = started + load.seconds * 1000 + LINGER_MS;
  while (answered < total && performance.now() < givesUpAt) {
    while (idle.length > 0 && isNextDue()) {
      const connection = idle.pop();
      if (connection) send(connection);
    }
    await delay(TICK_MS);
  }
  for (const connection of all) connection.close();
  const now = performance.now();
  while (sent.length < total) {
    sent.push({ dueAt: started + (sent.length * 1000) / perSecond, answeredAt: NaN, status: 0, id: null });
  }
  for (const entry of sent) if (Number.isNaN(entry.answeredAt)) entry.answeredAt = now;
  return sent;
}
