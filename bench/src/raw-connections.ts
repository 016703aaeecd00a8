import { type Socket, connect } from 'node:net';

/** Requests over kept-alive connections, with as little work per request as can be: the machine is the server's. */
export interface Connections {
  /** Sends the text of a request as soon as a connection is free, in order. Status 0: the connection broke. */
  send(request: string, answered: (answer: { readonly status: number; readonly text: string }) => void): void;
  /** Resolves when everything was answered. */
  idle(): Promise<void>;
  close(): void;
}

/** What has been sent is forgotten so many at a time. */
const FORGET = 10_000;

type Answered = Parameters<Connections['send']>[1];

/** How many are opened at once. */
const OPENED_AT_ONCE = 50;

/** Opens `most` connections before anything is sent, so that what is measured are requests. Those that break are replaced. */
export async function openConnections(port: number, most: number): Promise<Connections> {
  const free: Socket[] = [];
  const waiting: { readonly request: string; readonly answered: Answered }[] = [];
  const busy = new Map<Socket, Answered>();
  let taken = 0;
  let open = 0;
  let isClosed = false;

  function next(): void {
    while (taken < waiting.length) {
      const socket = free.pop() ?? (open < most ? openOne() : undefined);
      const first = waiting[taken];
      if (socket === undefined || first === undefined) break;
      taken += 1;
      busy.set(socket, first.answered);
      socket.write(first.request);
    }
    if (taken > FORGET) {
      waiting.splice(0, taken);
      taken = 0;
    }
  }

  function openOne(): Socket {
    open += 1;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (head < 0 || received.length < head + 4 + length) return;
      // Nobody asked: it is about to be closed.
      if (!busy.has(socket)) return;
      const answer = { status: Number(received.slice(9, 12)), text: received.slice(head + 4) };
      received = '';
      end(answer);
      free.push(socket);
      next();
    });
    const end = (answer: { status: number; text: string }): void => {
      const answered = busy.get(socket);
      busy.delete(socket);
      answered?.(answer);
    };
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open -= 1;
      const place = free.indexOf(socket);
      if (place >= 0) free.splice(place, 1);
      end({ status: 0, text: '' });
      if (!isClosed) next();
    });
    return socket;
  }

  for (let opened = 0; opened < most; opened += OPENED_AT_ONCE) {
    const sockets = Array.from({ length: Math.min(OPENED_AT_ONCE, most - opened) }, openOne);
    await Promise.all(
      sockets.map((socket) => {
        // A connection that asks for nothing is closed soon.
        socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
        return new Promise<void>((resolve) => busy.set(socket, () => resolve()));
      }),
    );
  }
  return {
    send(request, answered) {
      waiting.push({ request, answered });
      next();
    },
    async idle() {
      while (busy.size > 0 || taken < waiting.length) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close() {
      isClosed = true;
      for (const socket of [...free, ...busy.keys()]) socket.destroy();
    },
  };
}
