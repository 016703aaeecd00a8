import { STATUS_CODES, type Server } from 'node:http';
import { newId } from '@wallet/shared/ids';
import { Problem, type ProblemCode } from './problem.ts';

/** What Node's parser calls the faults that have a status of their own. */
const CODES: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what never becomes a request for Express in the same form as everything else, and closes the connection. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const problem = new Problem(CODES[error.code ?? ''] ?? 'malformed_request', 'The request cannot be read.');
    const body = JSON.stringify(problem.toBody(newId()));
    socket.end(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nConnection: close\r\n` +
        `Content-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  server.on('checkExpectation', (_request, response) => {
    const problem = new Problem('expectation_failed', 'Only 100-continue can be expected.');
    const body = JSON.stringify(problem.toBody(newId()));
    response.writeHead(problem.status, {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}
