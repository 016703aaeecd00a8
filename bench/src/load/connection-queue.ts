import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';

/** Requests that wait for one of many connections, so that they can be sent regardless of earlier ones. */
export interface ConnectionQueue {
  /** Sends the text of a request as soon as a connection is free, in order. Status 0: the connection broke. */
  send(request: string, answered: (answer: { readonly status: number; readonly text: string }) => void): void;
  /** Resolves when everything was answered. */
  idle(): Promise<void>;
  close(): void;
}

/** Sent requests are dropped from the queue in groups of this size. */
const FORGET = 10_000;

/** How many are opened at once. */
const OPENED_AT_ONCE = 50;

type Answered = Parameters<ConnectionQueue['send']>[1];

/** Opens `most` connections before anything is sent, so that only requests are measured. Broken ones are replaced. */
export async function openConnectionQueue(port: number, most: number): Promise<ConnectionQueue> {
  const free: Connection[] = [];
  const waiting: { readonly request: string; readonly answered: Answered }[] = [];
  let taken = 0;
  let busy = 0;
  let open = 0;
  let isClosed = false;

  function next(): void {
    while (taken < waiting.length && !isClosed) {
      const connection = free.pop();
      const first = waiting[taken];
      if (connection === undefined || first === undefined) break;
      if (connection.isLost()) open -= 1;
      else {
        taken += 1;
        use(connection, first.request, first.answered);
      }
    }
    if (free.length === 0 && taken < waiting.length && open < most && !isClosed) replace();
    if (taken > FORGET) {
      waiting.splice(0, taken);
      taken = 0;
    }
  }

  function use(connection: Connection, request: string, answered: Answered): void {
    busy += 1;
    connection.send(request, (status, text) => {
      busy -= 1;
      if (status === 0) open -= 1;
      else free.push(connection);
      answered({ status, text });
      next();
    });
  }

  function replace(): void {
    open += 1;
    openConnection(port).then(
      (connection) => {
        free.push(connection);
        next();
      },
      () => {
        open -= 1;
        waiting[taken++]?.answered({ status: 0, text: '' });
        next();
      },
    );
  }

  for (; open < most; open += OPENED_AT_ONCE) {
    const count = Math.min(OPENED_AT_ONCE, most - open);
    const opened = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
    // An idle connection would soon be closed.
    const asked = opened.map((connection) => {
      return new Promise<void>((resolve) => use(connection, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n', () => resolve()));
    });
    await Promise.all(asked);
  }
  return {
    send(request, answered) {
      waiting.push({ request, answered });
      next();
    },
    async idle() {
      while (busy > 0 || taken < waiting.length) await delay(20);
    },
    close() {
      isClosed = true;
      for (const connection of free) connection.close();
    },
  };
}
