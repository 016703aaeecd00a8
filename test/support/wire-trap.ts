import { type Socket, createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TYPE, type PostgresMessage, createMessageReader, textAt } from './postgres-messages.ts';

/** A proxy between a service and the Postgres of the tests, which sees every statement before the server does. */
export interface WireTrap {
  /** The same database, through the trap. */
  through(url: string): string;
  /**
   * Runs a function whenever a statement whose text matches `touches` is sent: the statement is passed on when it has
   * resolved, and its connection breaks if it rejects. @returns the function that ends that.
   */
  onStatement(touches: RegExp, first: () => Promise<void>): () => void;
  /** Holds every such statement until all are let go. `caught` resolves at the first. */
  hold(touches: RegExp): { readonly caught: Promise<void>; letGo(): void };
  /** Lets the next such statement through, and breaks its connection instead of answering. */
  loseAnswer(touches: RegExp): void;
  stop(): Promise<void>;
}

interface Watch {
  readonly touches: RegExp;
  readonly first: (connection: Connection) => Promise<void>;
}

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
}

export async function startWireTrap(): Promise<WireTrap> {
  const target = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  const watches = new Set<Watch>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection({ port: Number(target.port), host: target.hostname, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.once('error', () => undefined);
    }
    upstream.pipe(client);
    upstream.once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
    forward(client, upstream, watches);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const trap: WireTrap = {
    through(url) {
      const via = new URL(url);
      via.host = `127.0.0.1:${port}`;
      return via.href;
    },
    onStatement(touches, first) {
      const watch = { touches, first };
      watches.add(watch);
      return () => watches.delete(watch);
    },
    hold(touches) {
      let letGo = (): void => undefined;
      const free = new Promise<void>((resolve) => (letGo = resolve));
      let end = (): void => undefined;
      const caught = new Promise<void>((resolve) => {
        end = trap.onStatement(touches, () => {
          resolve();
          return free;
        });
      });
      return {
        caught,
        letGo() {
          end();
          letGo();
        },
      };
    },
    loseAnswer(touches) {
      const watch: Watch = {
        touches,
        first: ({ client, upstream }) => {
          watches.delete(watch);
          upstream.unpipe(client);
          upstream.once('data', () => client.destroy()).resume();
          return Promise.resolve();
        },
      };
      watches.add(watch);
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return trap;
}

function forward(client: Socket, upstream: Socket, watches: ReadonlySet<Watch>): void {
  const read = createMessageReader();
  const statementOf = createStatementReader();
  let tail = Promise.resolve();
  client.on('data', (chunk: Buffer) => {
    tail = tail
      .then(() => pass(read(chunk)))
      .catch(() => {
        client.destroy();
      });
  });

  async function pass(messages: readonly PostgresMessage[]): Promise<void> {
    for (const message of messages) {
      const statement = statementOf(message);
      for (const { touches, first } of watches)
        if (statement !== null && touches.test(statement)) await first({ client, upstream });
      if (upstream.writable) upstream.write(message.bytes);
    }
  }
}

/**
 * The text of the statement that a message runs; null if it runs none. A prepared one is identified by the text it was
 * parsed from.
 */
function createStatementReader(): (message: PostgresMessage) => string | null {
  const prepared = new Map<string, string>();
  return ({ type, body }) => {
    if (type === TYPE.query) return textAt(body, 0);
    const name = textAt(body, 0);
    if (type === TYPE.parse) prepared.set(name, textAt(body, Buffer.byteLength(name) + 1));
    // Bind names its portal first, and then the statement.
    return type === TYPE.bind ? (prepared.get(textAt(body, Buffer.byteLength(name) + 1)) ?? null) : null;
  };
}
