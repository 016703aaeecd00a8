import { createServer } from 'node:http';
import { ConfigError } from '@wallet/shared/words/config-error';
import type { Registry } from '@wallet/shared/process/metrics';

/**
 * Answers 200 while the worker can work, for a container's health check, and tells what is measured on `/metrics`. `/livez` is
 * about the process alone, since starting it again does not bring a database back. Returns what stops it.
 */
export async function serveHealth(
  port: number,
  host: string,
  isReady: () => Promise<boolean>,
  registry: Registry,
): Promise<() => void> {
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
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
