import { startPostgres } from '@wallet/local/embedded-postgres';

/**
 * A Postgres on a host of the test: `node postgres-host.ts folder`. It is a program, because a process stays in the
 * network in which it was started.
 */
const [dataDir = ''] = process.argv.slice(2);
const postgres = await startPostgres({
  dataDir,
  path: process.env['PATH'] ?? '',
  port: 5432,
  settings: {
    ...{ listen_addresses: '*', fsync: 'off', hot_standby: 'on' },
    // Cut connections are noticed within seconds.
    ...{ wal_sender_timeout: '3s', wal_receiver_timeout: '3s', wal_retrieve_retry_interval: '500ms' },
  },
});
process.once('SIGTERM', () => {
  void postgres.stop().then(() => process.exit(0));
});
process.send?.('ready');
