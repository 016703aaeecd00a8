import { type Socket, createServer } from 'node:net';

/**
 * A server that speaks as much of Postgres' protocol as an old version would have to: it accepts every user, and
 * answers each simple query with one row of `facts`. It stands in for versions that are installed nowhere, and for a
 * pooler that assigns no session for a while: it reports process 1, keeps no prepared statement, and greets a
 * connection when `greets` resolves.
 */
export async function startFakePostgres(
  facts: Readonly<Record<string, string>>,
  greets: (connection: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<{ url: string; connections: () => number; stop: () => void }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    const connection = (connections += 1);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let isStarted = false;
    socket.on('data', (data) => {
      if (!isStarted) void greets(connection).then(() => socket.write(GREETING));
      else if (data[0] === 'Q'.charCodeAt(0)) socket.write(answer(facts));
      else if (data[0] === 'P'.charCodeAt(0)) socket.write(NO_STATEMENT);
      isStarted = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `postgres://user@127.0.0.1:${port}/wallet`,
    connections: () => sockets.size,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const TEXT_OID = 25;

function answer(facts: Readonly<Record<string, string>>): Buffer {
  const columns = Object.keys(facts).map((name) =>
    Buffer.concat([text(name), int(0, 4), int(0, 2), int(TEXT_OID, 4), int(-1, 2), int(-1, 4), int(0, 2)]),
  );
  const values = Object.values(facts).map((value) =>
    Buffer.concat([int(Buffer.byteLength(value), 4), Buffer.from(value)]),
  );
  return Buffer.concat([
    message('T', int(columns.length, 2), ...columns),
    message('D', int(values.length, 2), ...values),
    message('C', text('SELECT 1')),
    READY,
  ]);
}

const READY = message('Z', Buffer.from('I'));
const GREETING = Buffer.concat([message('R', int(0, 4)), message('K', int(1, 4), int(0, 4)), READY]);
const NO_STATEMENT = Buffer.concat([
  message('E', text('SERROR'), text('C26000'), text('Mthere is no such statement'), text('')),
  READY,
]);

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int(body.length + 4, 4), body]);
}

function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}
