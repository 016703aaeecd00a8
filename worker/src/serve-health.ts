import { createServer } from 'node:http';
import { ConfigError } from '@wallet/shared/words/config-error';
import type { Registry } from '@wallet/shared/process/metrics';

/**
 * Answers 200 while the worker runs, for a container's health check, and tells what is measured on `/metrics`. Returns what
 * stops it.
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
    metrics: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url === '/metrics' ? 'metrics' : 'health'];
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
