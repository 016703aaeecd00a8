import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { createPool } from '@wallet/shared/database/pool';
import { findOperations } from '@wallet/shared/database/tables/operations';
import { findWallet, findWalletAt } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import { inDatabase } from '../support/test-database.ts';
import { migrateUpTo } from '../support/version-before.ts';

/**
 * A database from before house accounts could exceed the limit of a wallet, and before metadata was kept as it was
 * sent.
 */

it('a migrated ledger is as sound as before, to the last microsecond and minor unit', async () => {
  const url = await inDatabase(process.env['TEST_DATABASE_URL'] ?? '', `test_house_${process.pid}`);
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  try {
    await migrateUpTo(database, 7);
    const [wallet, operation] = [newId(), newId()];
    await database.query(
      `BEGIN;
       SET LOCAL session_replication_role = replica;
       INSERT INTO wallets (id, asset_id) VALUES ('${wallet}', 4);
       INSERT INTO accounts (wallet_id, asset_id, balance, version) VALUES ('${wallet}', 4, ${FULL}, 1);
       UPDATE accounts SET balance = -${FULL}, version = 1 WHERE system = 'treasury' AND asset_id = 4;
       INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority, metadata)
         VALUES ('${operation}', 1, '${wallet}', ${FULL}, now(), 4, 'deposit', 'high', '{"b": 1, "aa": "x"}');
       INSERT INTO outcomes (operation_id, wallet_balance, wallet_version, status)
         VALUES ('${operation}', ${FULL}, 1, 'succeeded');
       INSERT INTO entries (account_id, version, operation_id, amount, balance, asset_id, created_at)
         SELECT id, 1, '${operation}', balance, balance, 4, '2026-01-31T12:00:00.123999Z' FROM accounts WHERE version = 1;
       COMMIT`,
    );
    await migrateDatabase(url, MIGRATIONS_FOLDER, 1);

    const violations: unknown[] = [];
    await auditDatabase(database, (violation) => violations.push(violation));
    expect(violations).toEqual([]);
    expect(await findWallet(database, wallet)).toMatchObject({ balance: FULL, version: 1n });
    const shown = new Date('2026-01-31T12:00:00.123Z');
    expect(await findWalletAt(database, wallet, shown)).toMatchObject({ balance: FULL, version: 1n, isFuture: false });
    const [found] = await findOperations(database, [operation]);
    expect(JSON.parse(found?.metadata ?? '')).toEqual({ b: 1, aa: 'x' });
  } finally {
    await database.end();
  }
});

const FULL = 2n ** 63n - 1n;
