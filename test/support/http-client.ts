import { Agent, request } from 'node:http';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface HttpClient {
  /** @throws Error if the connection breaks or there is no answer in time: then the outcome is unknown. */
  send(method: string, url: string, headers: Record<string, string>, body?: unknown): Promise<Answer>;
  close(): void;
}

/** A client with at most `connections` kept-alive connections. */
export function createHttpClient(connections: number, timeoutMs: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send(method, url, headers, body) {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const outgoing = request(
          url,
          {
            method,
            agent,
            timeout: timeoutMs,
            headers: { ...(payload ? { 'content-type': 'application/json' } : {}), ...headers },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
            incoming.once('error', reject);
            incoming.once('end', () => {
              const text = Buffer.concat(chunks).toString();
              resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text || '{}') as Record<string, unknown> });
            });
          },
        );
        outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
        outgoing.once('error', reject);
        outgoing.end(payload);
      });
    },
    close() {
      agent.destroy();
    },
  };
}
