import { sqlstateOf, constraintOf } from '@wallet/shared/database/sqlstate';
import { partitionOf } from '@wallet/shared/words/partition';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** The database refuses a violation even if the code is wrong (P3): here the code is as wrong as it can be. */
let service: Service;
let wallet: string;
let treasury: bigint;
let otherTreasury: bigint;
let anotherTreasury: bigint;
let account: bigint;
let partition: number;
let applied: string;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '10.00');
  applied = (await operate(service.url, wallet, 'DEPOSIT', '5.00'))['id'] as string;
  const { rows } = await service.database.query<{ account_id: bigint; own: boolean }>(
    `SELECT account_id, wallet_id IS NOT NULL AS own FROM entries JOIN accounts ON accounts.id = account_id
     WHERE operation_id = $1`,
    [applied],
  );
  account = rows.find((row) => row.own)!.account_id;
  treasury = rows.find((row) => !row.own)!.account_id;
  partition = partitionOf(wallet, service.partitions);
  const others = await service.database.query<{ id: bigint }>(
    `SELECT id FROM accounts WHERE system = 'treasury' AND asset_id = 1 LIMIT 2`,
  );
  otherTreasury = others.rows[0]!.id;
  anotherTreasury = others.rows[1]!.id;
});
afterAll(() => service.stop());

async function refusalOf(sql: string): Promise<string> {
  try {
    await service.database.query(`BEGIN; ${sql}; COMMIT`);
  } catch (error) {
    await service.database.query('ROLLBACK');
    return constraintOf(error) ?? sqlstateOf(error) ?? String(error);
  }
  return 'accepted';
}

const id = '0192aaaa-0000-7000-8000-000000000001';
const otherId = '0192aaaa-0000-7000-8000-000000000002';
const post = (...rows: [bigint, number, number, number, asset?: number][]) =>
  `INSERT INTO entries (account_id, version, operation_id, amount, balance, asset_id) VALUES ${rows
    .map(
      ([accountId, version, amount, balance, asset = 4]) =>
        `(${accountId}, ${version}, '${id}', ${amount}, ${balance}, ${asset})`,
    )
    .join(', ')}`;
const move = (accountId: bigint, change: number) =>
  `UPDATE accounts SET balance = balance + ${change}, version = version + 1 WHERE id = ${accountId}`;

/** An operation of `amount` that succeeds with `entries`, after `moves` of balances: the whole of it in one statement. */
const applyOne = (amount: number, moves: string[], entries: string): string =>
  `${accept(`'${wallet}', ${amount}, now(), 4, 'deposit', 'high'`)}; SET LOCAL ROLE wallet_worker;
   WITH gone AS (DELETE FROM pending_operations WHERE operation_id = '${id}'), told AS (
     INSERT INTO outcomes (operation_id, status, wallet_balance, wallet_version) VALUES ('${id}', 'succeeded', 0, 0)
   )${moves.map((each, index) => `, m${index} AS (${each})`).join('')} ${entries}`;
const both = (): string[] => [move(account, 100), move(treasury, -100)];

describe('the database', () => {
  // The wallet stands at version 2 and 15.00, the treasury at version 2 and -15.00.
  it('accepts a movement that is lawful', async () => {
    const lawful = applyOne(100, both(), post([account, 3, 100, 1600], [treasury, 3, -100, -1600]));
    expect(await refusalOf(`${lawful}; ROLLBACK`)).toBe('accepted');
  });

  it.each<[string, () => string, string]>([
    [
      'entries that do not sum to zero',
      () => applyOne(100, [move(account, 100)], post([account, 3, 100, 1600])),
      'entries_sum_to_zero',
    ],
    [
      'a gap in versions',
      () => applyOne(100, both(), post([account, 4, 100, 1600], [treasury, 3, -100, -1600])),
      'entries_continue',
    ],
    [
      'a running balance that does not continue',
      () =>
        applyOne(
          100,
          [move(account, 101), move(treasury, -100)],
          post([account, 3, 100, 1601], [treasury, 3, -100, -1600]),
        ),
      'entries_continue',
    ],
    [
      'entries without the balances',
      () => applyOne(100, [], post([account, 3, 100, 1600], [treasury, 3, -100, -1600])),
      'entries_reach_account',
    ],
    [
      'entries of another amount than the operation',
      () => applyOne(99, both(), post([account, 3, 100, 1600], [treasury, 3, -100, -1600])),
      'entries_fit_operation',
    ],
    [
      'entries of no operation',
      () =>
        `WITH a AS (${move(account, 100)}), b AS (${move(treasury, -100)})
         ${post([account, 3, 100, 1600], [treasury, 3, -100, -1600])}`,
      'entries_fit_operation',
    ],
    [
      'entries of an operation that failed',
      () =>
        applyOne(100, both(), post([account, 3, 100, 1600], [treasury, 3, -100, -1600])).replace(
          /\(operation_id, status, wallet_balance, wallet_version\) VALUES \('(.*?)', 'succeeded', 0, 0\)/,
          "(operation_id, status, error_code, wallet_balance, wallet_version) VALUES ('$1', 'failed', 'x', 0, 0)",
        ),
      'entries_fit_operation',
    ],
    [
      'entries on an account of another asset',
      () =>
        applyOne(
          100,
          [move(account, 100), move(otherTreasury, -100)],
          post([account, 3, 100, 1600], [otherTreasury, 1, -100, -100]),
        ),
      'entries_fit_house',
    ],
    [
      'entries of two assets',
      () =>
        applyOne(
          100,
          [move(account, 100), move(otherTreasury, -100)],
          post([account, 3, 100, 1600], [otherTreasury, 1, -100, -100, 1]),
        ),
      'entries_sum_to_zero',
    ],
    [
      'entries of another asset than the operation',
      () =>
        applyOne(
          100,
          [move(anotherTreasury, 100), move(otherTreasury, -100)],
          post([anotherTreasury, 1, 100, 100, 1], [otherTreasury, 1, -100, -100, 1]),
        ),
      'entries_fit_operation',
    ],
    [
      'entries back and forth on one account',
      () =>
        applyOne(
          100,
          [`UPDATE accounts SET version = version + 2 WHERE id = ${account}`],
          post([account, 3, 100, 1600], [account, 4, -100, 1500]),
        ),
      'entries_fit_operation',
    ],
    [
      'more entries of an operation that was applied',
      () =>
        `WITH a AS (${move(account, 100)}), b AS (${move(treasury, -100)})
         ${post([account, 3, 100, 1600], [treasury, 3, -100, -1600]).replaceAll(id, applied)}`,
      'entries_operation',
    ],
    [
      'entries that two operations share',
      () =>
        `${accept(`'${wallet}', 100, now(), 4, 'deposit', 'high'`)};
         ${accept(`'${wallet}', 100, now(), 4, 'deposit', 'high'`).replaceAll(id, otherId).replaceAll('1000000', '1000001')};
         WITH gone AS (DELETE FROM pending_operations), told AS (
           INSERT INTO outcomes (operation_id, status, wallet_balance, wallet_version)
           VALUES ('${id}', 'succeeded', 0, 0), ('${otherId}', 'succeeded', 0, 0)
         ), a AS (${move(account, 100)}), b AS (${move(treasury, -100)})
         ${post([account, 3, 100, 1600], [treasury, 3, -100, -1600]).replace(`3, '${id}', -`, `3, '${otherId}', -`)}`,
      'entries_fit_operation',
    ],
    [
      'a balance without entries',
      () => `UPDATE accounts SET balance = 0 WHERE id = ${account}`,
      'accounts_follow_entries',
    ],
    [
      'a version without entries',
      () => `UPDATE accounts SET version = 7 WHERE id = ${account}`,
      'accounts_follow_entries',
    ],
    [
      'an account that goes back to where it was',
      () => `UPDATE accounts SET version = 1, balance = 1000 WHERE id = ${account}`,
      'accounts_follow_entries',
    ],
    [
      'an account that goes back to nothing',
      () => `UPDATE accounts SET version = 0, balance = 0 WHERE id = ${treasury}`,
      'accounts_follow_entries',
    ],
    [
      'an account of another asset',
      () => `UPDATE accounts SET asset_id = 1, partition = 900 WHERE id = ${treasury}`,
      'accounts_keep_owner',
    ],
    ['another number of partitions', () => 'UPDATE settings SET partitions = 8', '23001'],
    ['a changed wallet', () => 'UPDATE wallets SET client_id = NULL', '23001'],
    [
      'an operation that waits although it is final',
      () =>
        `INSERT INTO pending_operations SELECT 0, seq, id, wallet_id, now() FROM operations WHERE id = '${applied}'`,
      'pending_operations_wait_for_outcome',
    ],
    [
      'an account that begins with a balance',
      () => `INSERT INTO accounts (system, partition, asset_id, balance) VALUES ('treasury', 999, 4, 5)`,
      'accounts_follow_entries',
    ],
    [
      'a wallet below zero',
      () =>
        `WITH a AS (${move(account, -1501)}), b AS (${move(treasury, 1501)}) ${post([account, 3, -1501, -1], [treasury, 3, 1501, 1])}`,
      'accounts_wallet_not_below_zero',
    ],
    ['an entry of nothing', () => post([account, 3, 0, 1500]), 'entries_amount_check'],
    ['a version twice', () => post([account, 2, 5, 5]), 'entries_pkey'],
    ['a changed entry', () => 'UPDATE entries SET amount = 1', '23001'],
    ['a deleted entry', () => 'DELETE FROM entries', '23001'],
    ['a truncated table', () => 'TRUNCATE entries', '23001'],
    ['a changed operation', () => 'UPDATE operations SET amount = 1', '23001'],
    ['a deleted operation', () => 'DELETE FROM operations', '23001'],
    ['a changed outcome', () => `UPDATE outcomes SET status = 'failed', error_code = 'x'`, '23001'],
    ['a deleted account', () => `DELETE FROM accounts`, '23001'],
    [
      'a second outcome',
      () =>
        `INSERT INTO outcomes (operation_id, status, wallet_balance, wallet_version) VALUES ('${applied}', 'succeeded', 0, 0)`,
      'outcomes_pkey',
    ],
    [
      'an outcome of no operation',
      () =>
        `INSERT INTO outcomes (operation_id, status, error_code, wallet_balance, wallet_version) VALUES ('${id}', 'failed', 'x', 0, 0)`,
      'outcomes_fit_entries',
    ],
    [
      'an operation that does not wait',
      () =>
        `INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
         VALUES ('${id}', nextval('operation_seq'), '${wallet}', 1, now(), 4, 'deposit', 'high')`,
      'operations_begin_pending',
    ],
    [
      'an operation on a wallet of another asset',
      () => accept(`'${wallet}', 1, now(), 1, 'deposit', 'high'`),
      'operations_begin_pending',
    ],
    [
      'an operation that waits in another partition than that of its wallet',
      () => accept(`'${wallet}', 1, now(), 4, 'deposit', 'high'`, (partition + 1) % service.partitions),
      'operations_fit_partition',
    ],
    ['an operation of nothing', () => accept(`'${wallet}', 0, now(), 4, 'deposit', 'high'`), 'operations_amount_check'],
    [
      'an operation that succeeds without entries',
      () =>
        `${accept(`'${wallet}', 1, now(), 4, 'deposit', 'high'`)};
         WITH gone AS (DELETE FROM pending_operations WHERE operation_id = '${id}')
         INSERT INTO outcomes (operation_id, status, wallet_balance, wallet_version) VALUES ('${id}', 'succeeded', 0, 0)`,
      'outcomes_fit_entries',
    ],
    [
      'an outcome of an operation that still waits',
      () =>
        `${accept(`'${wallet}', 1, now(), 4, 'deposit', 'high'`)};
         INSERT INTO outcomes (operation_id, status, error_code, wallet_balance, wallet_version) VALUES ('${id}', 'failed', 'x', 0, 0)`,
      'outcomes_fit_entries',
    ],
    [
      'an operation that leaves the queue without an outcome',
      () => `${accept(`'${wallet}', 1, now(), 4, 'deposit', 'high'`)}; DELETE FROM pending_operations`,
      'pending_operations_end_in_outcomes',
    ],
  ])('refuses %s', async (_what, sql, refusal) => {
    expect(await refusalOf(sql())).toBe(refusal);
  });
});

function accept(values: string, waitsIn = partition): string {
  return `WITH queued AS (
            INSERT INTO pending_operations VALUES (${waitsIn}, 1000000, '${id}', '${wallet}', now())
          )
          INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
          VALUES ('${id}', 1000000, ${values})`;
}
