import { createServer } from 'node:http';
import { ConfigError } from '@wallet/shared/words/config-error';
import type { Registry } from '@wallet/shared/process/metrics';

/**
 * The default port of a worker's health: the port that OpenTelemetry assigns to Prometheus exporters, or, since several
 * workers run on one host, the first free one after it.
 */
const FIRST_HEALTH_PORT = 9464;
const PORTS_TRIED = 64;

interface Health {
  readonly port: number;
  stop(): void;
}

/**
 * Serves on the first free port of loopback.
 * @returns null if none is free: a worker also works without.
 */
export async function serveHealthSomewhere(
  isReady: () => Promise<boolean>,
  registry: Registry,
): Promise<Health | null> {
  for (let port = FIRST_HEALTH_PORT; port < FIRST_HEALTH_PORT + PORTS_TRIED; port += 1) {
    const health = await serveHealth(port, '127.0.0.1', isReady, registry).catch(() => null);
    if (health !== null) return health;
  }
  return null;
}

/**
 * Answers 200 while the worker can work, for a container's health check, and serves `/metrics`. `/livez` is only about
 * the process, since restarting it does not bring a database back.
 */
export async function serveHealth(
  port: number,
  host: string,
  isReady: () => Promise<boolean>,
  registry: Registry,
): Promise<Health> {
  const answers = {
    health: async () => {
      const ready = await isReady();
      return {
        status: ready ? 200 : 503,
        type: 'application/json',
        body: JSON.stringify({ status: ready ? 'ok' : 'down' }),
      };
    },
    live: () => Promise.resolve({ status: 200, type: 'application/json', body: JSON.stringify({ status: 'ok' }) }),
    metrics: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
  const server = createServer((request, response) => {
    const answer =
      request.url === '/metrics' ? answers.metrics : request.url === '/livez' ? answers.live : answers.health;
    void answer().then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const reason = `The worker cannot serve its health on ${host} port ${port}: ${error.message}`;
      reject(new ConfigError(`${reason}. Set WORKER_HEALTH_PORT or HOST.`));
    });
    server.listen(port, host, resolve);
  });
  return {
    port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
