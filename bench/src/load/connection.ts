import { type Socket, connect } from 'node:net';

/** Called with the answer's status, and its raw body; status 0 if the connection was lost. */
type OnAnswer = (status: number, body: string) => void;

/** One keep-alive connection with one request in flight at a time. */
export interface Connection {
  send(request: Buffer | string, onAnswer: OnAnswer): void;
  /** Whether it is closed: further requests get a status of 0. */
  isLost(): boolean;
  close(): void;
}

const CONNECT_MS = 5_000;
const STATUS_AT = 'HTTP/1.1 '.length;
const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * HTTP/1.1 on a raw socket, with prebuilt requests. It knows as much of HTTP as the contenders' answers need: a status,
 * a length and a body. `node:http` takes 2.3 times the processor time (55 µs a request against 24), which on the same
 * machine would be taken from every contender.
 */
export async function openConnection(port: number): Promise<Connection> {
  const socket = await openSocket(port);
  let waiting: OnAnswer | null = null;
  let kept: Buffer | null = null;
  let length = -1;
  let isLost = false;

  function finish(status: number, body: string): void {
    const onAnswer = waiting;
    waiting = null;
    kept = null;
    length = -1;
    onAnswer?.(status, body);
  }
  socket.on('data', (chunk: Buffer) => {
    const data: Buffer = kept === null ? chunk : Buffer.concat([kept, chunk]);
    kept = data;
    if (length < 0) {
      const headEnd = data.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const stated = LENGTH.exec(data.toString('latin1', 0, headEnd))?.[1];
      if (stated === undefined) {
        socket.destroy(new Error('an answer without a length'));
        return;
      }
      length = headEnd + HEAD_END.length + Number(stated);
    }
    if (data.length < length) return;
    const status = Number(data.toString('latin1', STATUS_AT, STATUS_AT + 3));
    finish(status, data.toString('utf8', data.indexOf(HEAD_END) + HEAD_END.length, length));
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    isLost = true;
    finish(0, '');
  });
  return {
    send(request, onAnswer) {
      if (isLost) {
        setImmediate(onAnswer, 0, '');
        return;
      }
      waiting = onAnswer;
      socket.write(request);
    },
    isLost: () => isLost,
    close() {
      waiting = null;
      socket.destroy();
    },
  };
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const late = setTimeout(() => socket.destroy(new Error(`no connection to port ${port} in time`)), CONNECT_MS);
    socket.once('error', reject);
    socket.once('connect', () => {
      clearTimeout(late);
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

/** `count` connections, divided equally among the ports. */
export function openConnections(ports: readonly number[], count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => openConnection(ports[index % ports.length] ?? 0)));
}

/** The request for every contender: a deposit of 1.00 to the wallet. */
export function depositRequest(walletId: string, headers = ''): Buffer {
  return postRequest(`/wallets/${walletId}/operation`, '{"operation_type":"DEPOSIT","amount":1}', headers);
}

/** A request with a JSON body of plain ASCII. */
export function postRequest(path: string, body: string, headers = ''): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `${headers}Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}
