import { createPool } from '@wallet/shared/database/pool';
import { startFakePostgres } from '../support/fake-postgres.ts';

it('a connection that is lost while its session is looked at fails who connects, and ends no process', async () => {
  const server = await startFakePostgres({
    // Asked for when the query is answered.
    get version() {
      server.stop();
      return '150000';
    },
  });
  const pool = createPool({ url: server.url, name: 'test', size: 1, onError: () => undefined });
  await expect(pool.query('SELECT 1')).rejects.toThrow(/terminated|closed|reset/i);
  await pool.end();
});
