import { type RequestListener, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';
import selfsigned from 'selfsigned';
import { type Attempt, type Sender, createSender } from '@wallet/worker/webhooks/send-request';

const REQUEST = { headers: { 'content-type': 'application/json' }, body: '{"type":"operation.succeeded"}' };

/** A server on a free port of loopback. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** All connections ever opened to it. */
  readonly connections: ReadonlySet<Socket>;
}

/** Real receivers of webhooks, well-behaved or not, and senders; all end with the rig. */
export interface WebhookRig {
  /** A sender that may connect to loopback by default. */
  makeSender(options?: Partial<Parameters<typeof createSender>[0]>): Sender;
  listen(server: Server): Promise<Listening>;
  /** A receiver that speaks HTTP. */
  receive(answer: RequestListener): Promise<Listening>;
  /** One that speaks HTTP over TLS, as `hooks.example.com`. */
  receiveTls(answer: RequestListener): Promise<Listening>;
  /** One that does anything with the connection after a request, the `count`-th on it. */
  receiveBare(respond: (socket: Socket, count: number) => void): Promise<Listening>;
  stop(): Promise<void>;
}

export function createWebhookRig(): WebhookRig {
  const senders: Sender[] = [];
  const servers: { server: Server; connections: Set<Socket> }[] = [];

  async function listen(server: Server): Promise<Listening> {
    const connections = new Set<Socket>();
    servers.push({ server, connections });
    server.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/hooks`, port, connections };
  }

  return {
    listen,
    makeSender(options = {}) {
      const sender = createSender({ allowPrivate: true, ...options });
      senders.push(sender);
      return sender;
    },
    receive: (answer) => listen(createServer(answer)),
    receiveTls: (answer) => listen(createTlsServer({ key: KEY, cert: CERTIFICATE }, answer)),
    receiveBare: (respond) => listen(createTcpServer((socket) => readRequests(socket, respond))),
    async stop() {
      for (const sender of senders.splice(0)) sender.close();
      for (const { server, connections } of servers.splice(0)) {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const socket of connections) socket.destroy();
        await closed;
      }
    },
  };
}

/** Sends a request and reads its answer as far as `readRequests` can tell. */
export function send(url: string, sender: Sender): Promise<Attempt> {
  return sender.send({ ...REQUEST, url });
}

function readRequests(socket: Socket, respond: (socket: Socket, count: number) => void): void {
  let received = '';
  let count = 0;
  socket.on('data', (chunk) => {
    received += chunk.toString();
    if (!received.endsWith(REQUEST.body)) return;
    received = '';
    respond(socket, (count += 1));
  });
}

/** Resolves when the connection is closed, in any way. */
export async function untilClosed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** Writes the same for as long as the client reads. */
export function flood(socket: Socket, chunk: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk)) continue;
  };
  socket.on('drain', write);
  write();
}

/** Writes piece after piece, endlessly. */
export function trickle(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 10);
  socket.on('close', () => clearInterval(timer));
}

/** Created for each run: a self-made certificate of `hooks.example.com`. */
const { private: KEY, cert: CERTIFICATE } = selfsigned.generate([{ name: 'commonName', value: 'hooks.example.com' }], {
  days: 1,
  keySize: 2048,
  algorithm: 'sha256',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'hooks.example.com' }] }],
});
export { CERTIFICATE };
