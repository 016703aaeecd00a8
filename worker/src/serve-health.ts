import { createServer } from 'node:http';

/** Answers 200 on every path while the worker runs, for a container's health check. Returns what stops it. */
export async function serveHealth(port: number, host: string, isReady: () => Promise<boolean>): Promise<() => void> {
  const server = createServer((_request, response) => {
    void isReady().then((ready) => {
      response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: ready ? 'ok' : 'down' }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
