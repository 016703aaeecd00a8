import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { databaseAnswers } from '@wallet/shared/database/pool';

const READY_MS = 20_000;
const STOP_MS = 10_000;

/** A server that recovers for good, as a standby whose primary is away does: its databases can only be read. */
export async function startStandby(dataDir: string): Promise<Pick<EmbeddedPostgres, 'url' | 'stop'>> {
  const primary = await startPostgres({ dataDir, path: process.env['PATH'] ?? '', settings: { fsync: 'off' } });
  const command = primary.process.process.spawnargs;
  await primary.stop();
  const data = command[command.indexOf('-D') + 1] ?? join(dataDir, 'postgres');
  writeFileSync(join(data, 'standby.signal'), '');
  // The owner of the data runs the server.
  const { uid, gid } = statSync(data);
  const owner = process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : {};
  const standby = startChild(command, { stdio: 'ignore', env: { LC_ALL: 'C', PATH: process.env['PATH'] }, ...owner });
  await until(() => databaseAnswers(primary.url));
  return {
    url: primary.url,
    stop: async () => {
      await standby.stop('SIGINT', STOP_MS);
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the standby was not ready in time');
    await delay(30);
  }
}
