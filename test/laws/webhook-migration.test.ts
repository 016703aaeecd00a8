import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { claimDeliveries } from '@wallet/shared/database/tables/delivery-claims';
import { newId } from '@wallet/shared/words/ids';
import { recordFacts } from '@wallet/shared/events/record-facts';
import { relayAll } from '@wallet/worker/webhooks/relay-events';
import { inDatabase } from '../support/test-database.ts';
import { migrateUpTo } from '../support/version-before.ts';

let made = 0;

async function makeDatabase(newest: number): Promise<{ url: string; database: Database }> {
  made += 1;
  const url = await inDatabase(process.env['TEST_DATABASE_URL'] ?? '', `test_before_${process.pid}_${made}`);
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await migrateUpTo(database, newest);
  return { url, database };
}

it('an endpoint continues where it was before deliveries were created at their claim, and gets nothing twice', async () => {
  const { url, database } = await makeDatabase(5);
  try {
    const [enabled, disabled, event] = [newId(), newId(), newId()];
    await database.query(
      `INSERT INTO webhook_endpoints (id, url, event_types, sealed_secret, status, disabled_reason, disabled_at)
       VALUES ('${enabled}', 'http://127.0.0.1:9/', '{*}', 'x', 'enabled', NULL, NULL),
              ('${disabled}', 'http://127.0.0.1:9/', '{*}', 'x', 'disabled', 'requested', now());
       INSERT INTO webhook_endpoint_states (endpoint_id) VALUES ('${enabled}'), ('${disabled}');
       INSERT INTO events (id, type, created_at, body) VALUES ('${event}', 'wallet.frozen', now(), '{}');
       INSERT INTO event_feed VALUES (1, '${event}');
       INSERT INTO deliveries (endpoint_id, event_id, next_attempt_at) VALUES ('${enabled}', '${event}', now())`,
    );
    await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
    await expect(database.query(`INSERT INTO event_feed VALUES (2, '${newId()}')`)).rejects.toThrow('has_type');
    const [next] = await recordFacts(database, [{ type: 'wallet.closed', data: {} }]);
    await relayAll(database);
    const claimed = await claimDeliveries(database, enabled, 10, 60_000);
    expect(claimed.deliveries.map(({ eventId }) => eventId)).toEqual([event, next]);
    const { rows } = await database.query('SELECT position FROM webhook_endpoint_states ORDER BY endpoint_id');
    expect(rows).toEqual([{ position: 2n }, { position: 1n }]);
  } finally {
    await database.end();
  }
});

it('an endpoint that was disabled gets skipped events, and nothing is skipped after that', async () => {
  const { url, database } = await makeDatabase(7);
  try {
    const [disabled, event] = [newId(), newId()];
    await database.query(
      `INSERT INTO webhook_endpoints (id, url, event_types, sealed_secret, status, disabled_reason, disabled_at)
       VALUES ('${disabled}', 'http://127.0.0.1:9/', '{*}', 'x', 'disabled', 'requested', now());
       INSERT INTO webhook_endpoint_states (endpoint_id, position, skipped) VALUES ('${disabled}', 0, '{[1,)}');
       INSERT INTO events (id, type, created_at, body) VALUES ('${event}', 'wallet.frozen', now(), '{}');
       INSERT INTO event_feed VALUES (1, '${event}', 'wallet.frozen')`,
    );
    await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
    // As a process of the version before disables and enables it.
    await database.query(`UPDATE webhook_endpoint_states SET skipped = skipped + '{[2,)}'`);
    await database.query(`UPDATE webhook_endpoints SET status = 'enabled', disabled_reason = NULL, disabled_at = NULL`);
    const [next] = await recordFacts(database, [{ type: 'wallet.closed', data: {} }]);
    await relayAll(database);
    const claimed = await claimDeliveries(database, disabled, 10, 60_000);
    expect(claimed.deliveries.map(({ eventId }) => eventId)).toEqual([event, next]);
    const { rows } = await database.query('SELECT skipped::text FROM webhook_endpoint_states');
    expect(rows).toEqual([{ skipped: '{}' }]);
  } finally {
    await database.end();
  }
});
