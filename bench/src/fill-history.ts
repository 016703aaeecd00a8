import type { Database } from '@wallet/shared/database/pool';

/** How many operations are written at a time. */
const CHUNK = 500_000;

/** The wallets of a generated history, numbered from 0. */
export function historyWallet(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export async function makeHistoryWallets(target: Database, count: number): Promise<void> {
  const ids = `SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id FROM generate_series(0, ${count}) AS n`;
  await target.query(`INSERT INTO wallets (id, asset_id) SELECT id, 4 FROM (${ids}) AS made`);
  await target.query('INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM wallets ORDER BY id');
}

/**
 * Adds deposits of 1.00 over the wallets in turn (the first alone if `wallets` is 1), one millisecond apart, all against the
 * treasury of the first partition. Set-wise and with the triggers off, or it would take hours; in a database of one partition
 * the result is as lawful as any other.
 */
export async function addHistory(target: Database, first: number, count: number, wallets: number): Promise<void> {
  const client = await target.connect();
  try {
    await client.query('SET session_replication_role = replica');
    for (let start = first; start < first + count; start += CHUNK) {
      const end = Math.min(start + CHUNK, first + count);
      await client.query(`
        CREATE TEMP TABLE made AS
        SELECT n, (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid AS id,
               to_timestamp(1700000000 + n / 1000.0) AS at, wallet_id, accounts.id AS account_id,
               accounts.version + row_number() OVER (PARTITION BY accounts.id ORDER BY n) AS version
        FROM (SELECT n, ('00000000-0000-4000-8000-' ||
                lpad(to_hex(${wallets === 1 ? 0 : `1 + n % ${wallets}`}), 12, '0'))::uuid AS wallet_id
              FROM generate_series(${start}, ${end - 1}) AS n) AS numbered
        JOIN accounts USING (wallet_id)`);
      await client.query(`INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
        SELECT id, n, wallet_id, 100, at, 4, 'deposit', 'high' FROM made`);
      await client.query(`INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id,
                                                 to_version, to_balance, amount, asset_id, created_at)
        SELECT made.id, treasury.id, n + 1, -100::numeric * (n + 1), account_id, made.version, made.version * 100, 100, 4, at
        FROM made JOIN accounts AS treasury ON treasury.system = 'treasury' AND asset_id = 4 AND partition = 0 ORDER BY n`);
      await client.query(`UPDATE accounts SET version = top.version, balance = top.balance, last_operation_id = top.operation_id,
                                              base_version = accounts.version, base_balance = accounts.balance
        FROM (
          SELECT DISTINCT ON (account_id) account_id, version, version * 100 AS balance, id AS operation_id
          FROM made ORDER BY account_id, version DESC
        ) AS top WHERE id = account_id`);
      await client.query(
        `UPDATE accounts SET version = ${end}, balance = -100 * ${end}::numeric, base_version = version, base_balance = balance,
                             last_operation_id = (SELECT id FROM made WHERE n = ${end - 1})
         WHERE system = 'treasury' AND asset_id = 4 AND partition = 0`,
      );
      await client.query(`SELECT setval('operation_seq', ${end})`);
      await client.query('DROP TABLE made');
    }
    await client.query('RESET session_replication_role');
    await client.query('VACUUM ANALYZE');
  } finally {
    client.release();
  }
}
