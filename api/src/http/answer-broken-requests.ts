import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '@wallet/shared/words/ids';
import { noSuchMethod } from './check-request.ts';
import { end } from './end-connections.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** Node's codes for parse errors that have a status of their own. */
const CODES: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/**
 * Answers data that never becomes a request for Express, in the same form as every other problem, and ends the
 * connection.
 */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error, socket) => {
    const isFirst = !broken.has(socket);
    broken.add(socket);
    if (isFirst) answerBroken(error, socket);
  });
  server.on('connect', (_request, socket) => {
    answer(socket, noSuchMethod('CONNECT'));
  });
}

/** Connections with a parse error. Node reports the error again for each chunk that still arrives. */
const broken = new WeakSet<Duplex>();

function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Not public, but Node's default handler uses it too.
  const { _httpMessage: underway } = socket as { _httpMessage?: ServerResponse | null };
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
  } else if (underway?.req.complete) {
    // The malformed bytes follow a complete request, whose answer goes first.
    underway.once('close', () => {
      answerBroken(error, socket);
    });
  } else if (underway?.headersSent) {
    socket.destroy();
  } else {
    answer(socket, new Problem(CODES[error.code ?? ''] ?? 'malformed_request', 'The request cannot be read.'));
  }
}

function answer(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem.toBody(newId()));
  const headers = Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nConnection: close\r\n${headers.join('')}` +
      `Content-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  end(socket);
}
