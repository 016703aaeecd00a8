import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';

/** A server that recovers for good, as a standby whose primary is away does: its databases can only be read. */
export async function startStandby(dataDir: string): Promise<EmbeddedPostgres> {
  const options = { dataDir, path: process.env['PATH'] ?? '', settings: { fsync: 'off' } };
  await (await startPostgres(options)).stop();
  writeFileSync(join(dataDir, 'postgres', 'standby.signal'), '');
  return startPostgres(options);
}
