import { createPool } from '@wallet/shared/database/pool';
import { startFaultProxy } from '../chaos/wire/fault-proxy.ts';
import { startFakePostgres } from '../support/fake-postgres.ts';

it('a connection that is lost while its session is checked fails the caller, and ends no process', async () => {
  const server = await startFakePostgres({
    // Called when the query is answered.
    get version() {
      server.stop();
      return '150000';
    },
  });
  const pool = createPool({ url: server.url, name: 'test', size: 1, onError: () => undefined });
  await expect(pool.query('SELECT 1')).rejects.toThrow(/terminated|closed|reset/i);
  await pool.end();
});

it('a silent server is left for the next host after one unanswered statement, not after one for each connection', async () => {
  const target = new URL(process.env['TEST_DATABASE_URL']!);
  const proxy = await startFaultProxy(Number(target.port));
  const url = target.href.replace(target.host, `127.0.0.1:${proxy.port},${target.host}`);
  const pool = createPool({
    url: `${url}?connect_timeout=1`,
    name: 'test',
    size: 3,
    statementMs: 1_000,
    onError: () => undefined,
  });
  try {
    await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.2)')));
    expect(pool.idleCount).toBe(3);
    proxy.impose({ kind: 'half-open' });
    await expect(pool.query('SELECT 1')).rejects.toThrow('Query read timeout');
    await pool.query('SELECT 1');
    expect(pool.totalCount).toBe(1);
  } finally {
    await pool.end();
    await proxy.stop();
  }
});
