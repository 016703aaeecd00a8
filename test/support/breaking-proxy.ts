import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The fate of a request. `cut`: the connection breaks before it arrives. `busy`: it is answered with `503`. `torn`: it
 * is carried out, and the connection breaks in the middle of the answer.
 */
export type Fault = 'cut' | 'busy' | 'torn';

/** Stands between a client and a service. */
export interface BreakingProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The first requests of each route meet its `faults`, in order; all others pass. `onRequest` gets the route of each:
 * the method and the path, `{id}` instead of an id.
 */
export async function startBreakingProxy(
  target: string,
  faults: Readonly<Record<string, Fault[]>>,
  onRequest: (route: string) => void,
): Promise<BreakingProxy> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url?.split('?')[0]?.replace(/[0-9a-f-]{36}/, '{id}');
    const route = `${incoming.method} ${path}`;
    onRequest(route);
    const fault = faults[route]?.shift();
    if (fault === 'cut') incoming.socket.destroy();
    else if (fault === 'busy') outgoing.writeHead(503, { 'Retry-After': '0' }).end('{"detail":"Busy."}');
    else forward(target, incoming, outgoing, fault === 'torn');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, isTorn: boolean): void {
  const { method = 'GET', headers } = incoming;
  const onward = request(`${target}${incoming.url}`, { method, headers, agent: false }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.once('end', () => {
      const body = Buffer.concat(chunks);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (isTorn) outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
      else outgoing.end(body);
    });
  });
  onward.once('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
