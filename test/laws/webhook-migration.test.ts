import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate';
import { createPool } from '@wallet/shared/database/pool';
import { claimDeliveries } from '@wallet/shared/database/tables/delivery-claims';
import { newId } from '@wallet/shared/ids';
import { recordFacts } from '@wallet/shared/record-facts';
import { relayEvents } from '@wallet/worker/relay-events';
import { inDatabase } from '../support/test-database.ts';

/** A database from before deliveries were made when they are claimed. */

it('an endpoint is told on from where it was: nothing twice, and nothing that was relayed to a disabled endpoint', async () => {
  const folder = mkdtempSync(`${tmpdir()}/wallet-migrations-`);
  const url = await inDatabase(process.env['TEST_DATABASE_URL'] ?? '', `test_before_${process.pid}`);
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  try {
    cpSync(MIGRATIONS_FOLDER, folder, { recursive: true, filter: (file) => !/000[6-9]_/.test(file) });
    // The migrations are applied; the grants are of columns that are still to come.
    await expect(migrateDatabase(url, folder, undefined)).rejects.toThrow('does not exist');
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
    await relayEvents(database);
    const claimed = await claimDeliveries(database, enabled, 10, 60_000);
    expect(claimed.deliveries.map(({ eventId }) => eventId)).toEqual([event, next]);
    const { rows } = await database.query(
      'SELECT position, skipped::text FROM webhook_endpoint_states ORDER BY endpoint_id',
    );
    expect(rows).toEqual([
      { position: 2n, skipped: '{}' },
      { position: 1n, skipped: '{[2,)}' },
    ]);
  } finally {
    await database.end();
    rmSync(folder, { recursive: true });
  }
});
