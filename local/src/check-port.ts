import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError } from '@wallet/shared/words/config-error';

/** Checks that the API will be able to listen, before anything is started for it. @throws ConfigError if not. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`The API cannot listen on ${host} port ${port}: ${reason}. Set PORT or HOST.`, {
      cause: error,
    });
  }
  server.close();
  await once(server, 'close');
}
