import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** A request that a receiver of webhooks got. */
export interface Received {
  readonly id: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Its answer from now on; at first 204. */
  answer: (request: Received, response: ServerResponse) => void;
  /** Resolves when `isEnough` holds for the received requests. */
  until(isEnough: (received: readonly Received[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** A receiver of webhooks, at an address of this machine. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers } = request;
      const body = Buffer.concat(chunks).toString();
      const got = { id: String(headers['webhook-id']), body, headers, at: Date.now() };
      received.push(got);
      receiver.answer(got, response);
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (_request, response) => response.writeHead(204).end(),
    async until(isEnough) {
      const deadline = Date.now() + PATIENCE_MS;
      while (!isEnough(received)) {
        if (Date.now() > deadline) throw new Error(`not told in time: ${JSON.stringify(received.slice(-5))}`);
        await delay(10);
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
