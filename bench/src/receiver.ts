import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stops } from './stops.ts';

/** Takes every webhook at once, and knows when it first heard of an operation. */
export interface Receiver {
  readonly url: string;
  /** On the clock of `performance.now()`. */
  heardAt(operationId: string): number | undefined;
  /** @returns whether it has heard of all of them in time. */
  untilHeard(operationIds: readonly string[], seconds: number): Promise<boolean>;
  forget(): void;
}

const LOOK_MS = 20;
const ID = /"id":"([0-9a-f-]{36})"/;

export async function startReceiver(stops: Stops): Promise<Receiver> {
  const heard = new Map<string, number>();
  const server = createServer((incoming, response) => {
    const now = performance.now();
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      const id = ID.exec(Buffer.concat(chunks).toString())?.[1];
      if (id !== undefined && !heard.has(id)) heard.set(id, now);
      response.writeHead(204).end();
    });
  });
  stops.add(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
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
