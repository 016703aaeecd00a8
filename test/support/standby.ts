import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';

/** A server in permanent recovery, like a standby whose primary is gone: its databases are read-only. */
export async function startStandby(dataDir: string): Promise<EmbeddedPostgres> {
  const options = { dataDir, path: process.env['PATH'] ?? '', settings: { fsync: 'off' } };
  await (await startPostgres(options)).stop();
  writeFileSync(join(dataDir, 'postgres', 'standby.signal'), '');
  return startPostgres(options);
}
