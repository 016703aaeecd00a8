import cluster from 'node:cluster';
import type { RequestListener, Server } from 'node:http';
import { ConfigError } from '@wallet/shared/words/config-error';
import type { Express } from 'express';
import { answerBrokenRequests } from './answer-broken-requests.ts';
import { createAppServer } from './create-server.ts';
import { enter } from './enter.ts';

/**
 * Slow clients are disconnected: headers within 10 s, the whole request within an hour, checked every second. The hour
 * is for batches; smaller bodies get less time from their readers.
 */
const SERVER_LIMITS = { headersTimeout: 10_000, requestTimeout: 3_600_000, connectionsCheckingInterval: 1_000 };
const KEEP_ALIVE_MS = 65_000;
/**
 * Connections that wait to be accepted. With fewer, clients that connect all at once would retry after seconds (Linux
 * caps it).
 */
const BACKLOG = 4_096;
/** How long a stop waits for clients who are still sending. */
const SLOW_CLIENT_MS = 4_000;
const IDLE_LOOK_MS = 50;

/** A server whose valid requests go to `next`, and the others to `app`, which refuses them. */
export function createApiServer(
  app: Express,
  next: RequestListener,
  { maxConnections }: { readonly maxConnections: number },
): Server {
  const listener = enter(next, app);
  // A missing host is refused by `enter`, in the form of every other problem.
  const server = createAppServer({ ...SERVER_LIMITS, requireHostHeader: false }, app, listener);
  // The body readers send 100-continue, and `enter` refuses every other expectation.
  server.on('checkContinue', listener).on('checkExpectation', listener);
  // No limit, because Node drops the headers above it silently. `enter` refuses too many.
  server.maxHeadersCount = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  limitConnections(server, maxConnections);
  answerBrokenRequests(server);
  return server;
}

/**
 * Closes connections beyond the limit. One of several processes counts for itself: a connection that a full one
 * refuses, Node offers to the next, again and again while all are full, and closes nothing (10 connections to 2
 * processes of 2 each took 60 % of a core).
 */
function limitConnections(server: Server, maxConnections: number): void {
  if (!cluster.isWorker) {
    server.maxConnections = maxConnections;
    return;
  }
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    if (open > maxConnections) socket.destroy();
  });
}

/** @returns the port. @throws ConfigError if it is not available. */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ConfigError(`The API cannot listen on ${host} port ${port}: ${error.message}. Set PORT or HOST.`));
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Lets connections end as their requests are answered, and cuts those of clients who take too long. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
  const slow = setTimeout(() => server.closeAllConnections(), SLOW_CLIENT_MS);
  server.closeIdleConnections();
  await closed;
  clearInterval(idle);
  clearTimeout(slow);
}
