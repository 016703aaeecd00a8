import { type Socket, connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the server announced that it ends the connection after this answer. */
  readonly closes: boolean;
}

/** One connection on which a test writes bytes, and reads answers, as it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** Resolves when the system has accepted the bytes; rejects if the connection breaks before. */
  write(bytes: string | Buffer): Promise<void>;
  /** Resolves with the next answer. An answer to HEAD has no body. Rejects if the connection ends before it. */
  answer(method?: string): Promise<RawAnswer>;
  /** Resolves when the server has ended its side, or the connection is broken. */
  readonly ended: Promise<'ended' | 'broken'>;
  /** Whether nothing is read now: a client that writes everything before it reads. */
  deaf(isDeaf: boolean): void;
  close(): void;
}

export function openRaw(url: string): RawConnection {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  let isOver = false;
  let changed = (): void => undefined;
  const change = (): void => {
    changed();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    change();
  });
  const ended = new Promise<'ended' | 'broken'>((resolve) => {
    socket.once('end', () => {
      resolve('ended');
    });
    socket.once('error', () => {
      resolve('broken');
    });
  });
  void ended.then(() => {
    isOver = true;
    change();
  });
  return {
    socket,
    ended,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    async answer(method = 'GET') {
      for (;;) {
        const taken = takeAnswer(received, method);
        if (taken !== null) {
          received = taken.rest;
          if (taken.answer.status >= 200) return taken.answer;
        } else if (isOver) {
          throw new Error(`the connection ended before an answer: ${received.slice(0, 200)}`);
        } else {
          await new Promise<void>((resolve) => {
            changed = resolve;
          });
        }
      }
    },
    deaf(isDeaf) {
      if (isDeaf) socket.pause();
      else socket.resume();
    },
    close() {
      socket.destroy();
    },
  };
}

/** Takes the first answer off the text; null if it is incomplete. */
function takeAnswer(text: string, method: string): { answer: RawAnswer; rest: string } | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [line = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]),
  );
  const status = Number(line.split(' ')[1]);
  const length = method === 'HEAD' || status < 200 ? 0 : Number(headers['content-length'] ?? 0);
  const rest = text.slice(end + 4);
  if (rest.length < length) return null;
  const closes = headers['connection']?.toLowerCase() === 'close';
  return { answer: { status, headers, body: rest.slice(0, length), closes }, rest: rest.slice(length) };
}
