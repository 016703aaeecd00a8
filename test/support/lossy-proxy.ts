import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  createServer,
  request,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The fate of a request. `cut`: the connection breaks before it arrives. `busy`, `limited`: it is answered with `503`
 * or `429`, and does not arrive. `lost`: it is carried out, and the connection breaks before the answer; `torn`: in the
 * middle of it. `silent`: it is carried out, and no answer comes. `twice`: one with an idempotency key is carried out
 * twice at once, as by a proxy that repeats.
 */
export const FATES = ['cut', 'busy', 'limited', 'lost', 'torn', 'silent', 'twice'] as const;
export type Fate = (typeof FATES)[number] | 'passes';

export interface LossyProxy {
  readonly url: string;
  /** How many requests met each fate. */
  readonly met: ReadonlyMap<Fate, number>;
  stop(): Promise<void>;
}

const ignore = (): void => undefined;

/** Stands between a client and a service; `draw` decides about each request. */
export async function startLossyProxy(target: string, draw: () => Fate): Promise<LossyProxy> {
  const met = new Map<Fate, number>();
  // Node accepts one connection in each turn of its event loop. With one for each request, those of 128 callers waited until these
  // had given up, and were accepted for nobody.
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    void collect(incoming).then((body) => {
      const fate = draw();
      met.set(fate, (met.get(fate) ?? 0) + 1);
      meet(fate, { target, agent, incoming, outgoing, body });
      // A caller that leaves while it sends has no fate.
    }, ignore);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    met,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

interface Exchange {
  readonly target: string;
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly body: Buffer;
}

function meet(fate: Fate, exchange: Exchange): void {
  const { incoming, outgoing } = exchange;
  const breakOff = (): unknown => incoming.socket.destroy();
  if (fate === 'cut') breakOff();
  else if (fate === 'busy') outgoing.writeHead(503, { 'Retry-After': '0' }).end('{"detail":"Busy."}');
  else if (fate === 'limited') outgoing.writeHead(429, { 'Retry-After': '0' }).end();
  else {
    if (fate === 'twice' && 'idempotency-key' in incoming.headers) forward(exchange, ignore, ignore);
    forward(
      exchange,
      (answer, body) => {
        if (fate === 'silent') return;
        if (fate === 'lost') {
          breakOff();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers));
        if (fate === 'torn') outgoing.write(body.subarray(0, body.length / 2), breakOff);
        else outgoing.end(body);
      },
      breakOff,
    );
  }
}

function forward(
  { target, agent, incoming: { url, method, headers }, body }: Exchange,
  onAnswer: (answer: IncomingMessage, body: Buffer) => void,
  onError: () => unknown,
): void {
  const passed = { method: method ?? 'GET', headers: withoutConnection(headers), agent };
  const onward = request(`${target}${url}`, passed, (answer) => {
    collect(answer).then((got) => onAnswer(answer, got), onError);
  });
  onward.once('error', onError);
  onward.end(body);
}

const OF_CONNECTION = ['connection', 'keep-alive'];

/** What is said of a connection holds for that one only (RFC 9110, section 7.6.1). */
function withoutConnection(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)));
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
