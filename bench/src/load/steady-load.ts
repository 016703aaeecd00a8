import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionQueue, openConnectionQueue } from './connection-queue.ts';

/** A deposit that its client retries, with the same key, until it has a conclusive answer. */
export interface SteadyRequest {
  readonly key: string;
  readonly dueAt: number;
  acceptedAt: number;
  /** The operation's id. */
  id: string;
  /** The statuses of inconclusive attempts: 0 for a connection that broke, or was refused. */
  readonly failures: number[];
}

export interface SteadyLoad {
  /** Milliseconds since the load began. */
  now(): number;
  /** Sends unanswered and further requests to another port. */
  sendTo(port: number): Promise<void>;
  /** Repeats an accepted request. @returns the id in the answer. */
  again(request: SteadyRequest): Promise<string>;
  /** Stops sending, and resolves when all is accepted. */
  stop(): Promise<readonly SteadyRequest[]>;
  close(): void;
}

const CONNECTIONS = 64;
const TICK_MS = 2;
const AGAIN_MS = 50;
const ACCEPTED = 202;
const ID = /"id":"([0-9a-f-]{36})"/;

/** Requests are due at equal intervals, regardless of earlier ones, over the wallets in turn. */
export async function startSteadyLoad(load: {
  port: number;
  perSecond: number;
  walletOf: (number: number) => string;
  wallets: number;
}): Promise<SteadyLoad> {
  let queue: ConnectionQueue = await openConnectionQueue(load.port, CONNECTIONS);
  const requests: SteadyRequest[] = [];
  const began = performance.now();
  const now = (): number => performance.now() - began;
  let isStopped = false;
  let open = 0;

  function send(request: SteadyRequest, text: string): void {
    queue.send(text, ({ status, text: body }) => {
      if (status === ACCEPTED) {
        request.acceptedAt = now();
        request.id = ID.exec(body)?.[1] ?? '';
        open -= 1;
        return;
      }
      request.failures.push(status);
      setTimeout(send, AGAIN_MS, request, text);
    });
  }
  const textOf = (number: number, key: string): string =>
    depositWithKey(load.walletOf(1 + (number % load.wallets)), key);
  async function run(): Promise<void> {
    while (!isStopped) {
      while ((requests.length * 1000) / load.perSecond <= now()) {
        const number = requests.length;
        const request: SteadyRequest = {
          ...{
            key: `steady-${number}`,
            dueAt: (number * 1000) / load.perSecond,
            acceptedAt: NaN,
            id: '',
            failures: [],
          },
        };
        requests.push(request);
        open += 1;
        send(request, textOf(number, request.key));
      }
      await delay(TICK_MS);
    }
  }
  const running = run();
  return {
    now,
    async sendTo(port) {
      const before = queue;
      queue = await openConnectionQueue(port, CONNECTIONS);
      void before.idle().then(() => {
        before.close();
      });
    },
    async stop() {
      isStopped = true;
      await running;
      while (open > 0) await delay(TICK_MS);
      return requests;
    },
    again: (request) =>
      new Promise((resolve) => {
        queue.send(textOf(requests.indexOf(request), request.key), ({ text }) => {
          resolve(ID.exec(text)?.[1] ?? text);
        });
      }),
    close() {
      queue.close();
    },
  };
}

function depositWithKey(walletId: string, key: string): string {
  const body = '{"operation_type":"DEPOSIT","amount":1}';
  return (
    `POST /wallets/${walletId}/operation HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
    `Idempotency-Key: ${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}
