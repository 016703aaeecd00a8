import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The state of a connection after an answer. A request may be answered before its body has been read. If the body is
 * short, the rest is read and dropped, and the connection can be used again; otherwise the answer says `Connection:
 * close`.
 *
 * A connection is closed in stages (RFC 9112, section 9.6): first our side, then remaining input is read and dropped
 * until the client closes its side. Closing a socket with unread data resets the connection, and the client can lose
 * the answer.
 */

/**
 * The longest body that is read and dropped to keep a connection, and the time that the client has to send the rest.
 */
const DROPPED_BYTES = 64 * 1024;
const DROPPED_MS = 5_000;
/** How much is read from a connection after our side is closed, and for how long. */
const LINGER_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 10_000;

/** Connections that close with an answer already decided. Nothing that arrives on them later is processed. */
const ending = new WeakSet<Duplex>();

export function isEnding({ socket }: IncomingMessage): boolean {
  return ending.has(socket);
}

/** Closes the connection after this answer. */
export function endWith(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  ending.add(response.req.socket);
}

/** Decides, before the headers of an answer are written, whether the connection is kept. */
export function settleConnection(response: ServerResponse): void {
  const { req: request } = response;
  if (isRead(request)) return;
  if (request.complete || (isShort(request) && isKept(response))) {
    response.once('finish', () => {
      dropRest(request);
    });
  } else {
    endWith(response);
  }
}

/** Whether no part of the body is left to read, or Node drops it by itself. */
function isRead(request: IncomingMessage): boolean {
  if (request.readableEnded || request.destroyed) return true;
  // Node drops a body that was never read from.
  if (request.complete) return !request.readableDidRead;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding === undefined && (length === undefined || Number(length) === 0);
}

/** After a 100-continue expectation the client may omit the body, and then the next request would be taken for it. */
function isShort({ headers }: IncomingMessage): boolean {
  return headers.expect === undefined && Number(headers['content-length'] ?? Infinity) <= DROPPED_BYTES;
}

function isKept(response: ServerResponse): boolean {
  return response.shouldKeepAlive && String(response.getHeader('connection')).toLowerCase() !== 'close';
}

function dropRest(request: IncomingMessage): void {
  request.removeAllListeners('data').resume();
  if (request.complete) return;
  const late = setTimeout(() => {
    end(request.socket);
  }, DROPPED_MS);
  request.once('close', () => {
    clearTimeout(late);
  });
}

/** Makes a server close its connections in stages. */
export function endInStages(server: Server): void {
  server.on('connection', (socket) => {
    // Node's server calls this after the last answer on a connection.
    socket.destroySoon = () => {
      end(socket);
    };
  });
}

/**
 * Closes our side after the written data, then reads and drops, within the limits, until the client closes its side.
 */
export function end(socket: Duplex): void {
  if (socket.destroyed || socket.writableEnded) return;
  ending.add(socket);
  const late = setTimeout(() => {
    socket.destroy();
  }, LINGER_MS);
  socket.once('close', () => {
    clearTimeout(late);
  });
  socket.on('error', () => {
    socket.destroy();
  });
  socket.end();
  // Node's parser reads from the handle, below the stream, and pauses the handle when a body is not consumed. Only the
  // parser's own `resume` listener starts the handle again, so the parser is replaced after that.
  if (socket.readableFlowing) {
    drop(socket);
  } else {
    socket.once('resume', () => {
      drop(socket);
    });
    socket.resume();
  }
}

/** Reads instead of Node's parser. */
function drop(socket: Duplex): void {
  let left = LINGER_BYTES;
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  });
}
