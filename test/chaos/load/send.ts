import { Agent, request } from 'node:http';

export interface Call {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** After this long the client goes away, wherever its request is then. */
  readonly leaveAfterMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const TIMEOUT_MS = 4_000;
const MOST_CONNECTIONS = 256;
const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });

/** Ends the connections that are kept for the next request. */
export function closeConnections(): void {
  agent.destroy();
}

/** @throws Error if the connection breaks, or nothing is answered in time: then the outcome is unknown. */
export function send(call: Call): Promise<Answer> {
  const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...call.headers };
  return new Promise((resolve, reject) => {
    const outgoing = request(call.url, { method: call.method, agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', fail);
      incoming.once('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text || '{}') as Record<string, unknown> });
      });
    });
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), call.leaveAfterMs ?? TIMEOUT_MS);
    outgoing.once('error', fail);
    outgoing.end(payload);

    function fail(error: Error): void {
      clearTimeout(timer);
      reject(error);
    }
  });
}
