import {
  type LawRig,
  IDS,
  accept,
  apply,
  deposit,
  fail,
  keepKeys,
  keyRow,
  refusalOf,
  startLawRig,
} from '../support/law-rig.ts';

/** The database refuses a violation even if the code is wrong (P3): here the code is as wrong as it can be. */
let rig: LawRig;
beforeAll(async () => {
  rig = await startLawRig();
});
afterAll(() => rig.service.stop());

const [first, second] = IDS as [string, string];

function waitAgain(operation: string): string {
  return `INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
          SELECT ${rig.partition}, seq, id, wallet_id, now() FROM operations WHERE id = '${operation}'`;
}

// Otherwise the refusals below could have other reasons.
it.each<[string, () => string]>([
  ['a deposit that is applied', () => deposit(rig)],
  ['an operation that fails', () => apply(rig, [{}], fail())],
  ['an operation with its key', () => accept(rig, { key: 'a-key', keys: [keyRow('a-key')] })],
])('the database accepts %s', async (_what, sql) => {
  expect(await refusalOf(rig.service.database, sql())).toBe('accepted');
});

it.each<[string, () => string, string]>([
  ['another number of partitions', () => 'UPDATE settings SET partitions = 8', '23001'],
  ['a changed asset', () => `UPDATE assets SET scale = 3`, '23001'],
  ['a deleted asset', () => 'DELETE FROM assets WHERE id = 4', '23001'],
  ['a changed wallet', () => 'UPDATE wallets SET client_id = NULL', '23001'],
  ['a changed operation', () => 'UPDATE operations SET amount = 1', '23001'],
  ['a deleted operation', () => 'DELETE FROM operations', 'operations_kept_until_archived'],
  ['a changed movement', () => 'UPDATE movements SET amount = 1', '23001'],
  ['a deleted movement', () => 'DELETE FROM movements', 'movements_kept_until_archived'],
  ['truncated movements', () => 'TRUNCATE movements', '23001'],
  ['an entry changed through its view', () => 'UPDATE entries SET amount = 1', '55000'],
  ['an outcome changed through its view', () => `UPDATE outcomes SET status = 'failed'`, '55000'],
  ['a changed failure', () => `UPDATE failures SET error_code = 'y'`, '23001'],
  ['a deleted failure', () => 'DELETE FROM failures', 'failures_kept_until_archived'],
  ['truncated failures', () => 'TRUNCATE failures', '23001'],
  ['a changed key', () => `UPDATE operation_keys SET request_hash = gen_random_uuid()`, '23001'],
  ['truncated keys', () => 'TRUNCATE operation_keys', '23001'],
  ['a deleted account', () => `DELETE FROM accounts`, '23001'],
])('the database refuses %s', async (_what, sql, refusal) => {
  expect(await refusalOf(rig.service.database, sql())).toBe(refusal);
});

describe('the database refuses, of an accepted operation', () => {
  it.each<[string, () => string, string]>([
    [
      'an operation that does not wait',
      () =>
        `INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
         VALUES ('${IDS[0]}', nextval('operation_seq'), '${rig.wallet}', 1, now(), 4, 'deposit', 'high')`,
      'operations_begin_pending',
    ],
    ['an operation on a wallet of another asset', () => accept(rig, { asset: 1 }), 'operations_begin_pending'],
    [
      'an operation that waits in another partition than that of its wallet',
      () => accept(rig, { waitsIn: (rig.partition + 1) % rig.service.partitions }),
      'operations_fit_partition',
    ],
    ['an operation of nothing', () => accept(rig, { amount: 0 }), 'operations_amount_check'],
    [
      'an operation that waits although it has moved something',
      () => waitAgain(rig.ended.applied),
      'pending_operations_wait_for_outcome',
    ],
    [
      'an operation that waits although it has failed',
      () => waitAgain(rig.ended.failed),
      'pending_operations_wait_for_outcome',
    ],
    [
      'an operation that waits again in the transaction in which it was accepted and has moved something',
      () => `${deposit(rig)}; RESET ROLE; ${waitAgain(first)}`,
      'pending_operations_wait_for_outcome',
    ],
    [
      'an operation that waits again in the transaction in which it was accepted and has failed',
      () => `${apply(rig, [{}], fail())}; RESET ROLE; ${waitAgain(first)}`,
      'pending_operations_wait_for_outcome',
    ],
    [
      'an operation that leaves the queue without an outcome',
      () => `${accept(rig)}; DELETE FROM pending_operations`,
      'pending_operations_end_in_outcomes',
    ],
    ['an operation with a key that is not kept', () => accept(rig, { key: 'a-key' }), 'operations_own_key'],
    [
      'an operation with a key that is kept for another',
      () => `${accept(rig, { key: 'a-key', keys: [keyRow('a-key')] })}; ${accept(rig, { of: second, key: 'a-key' })}`,
      'operations_own_key',
    ],
    [
      'an operation with another key than is kept for it',
      () => accept(rig, { key: 'a-key', keys: [keyRow('another-key')] }),
      'operations_own_key',
    ],
    [
      'a second key of an operation',
      () => accept(rig, { key: 'a-key', keys: [keyRow('a-key'), keyRow('another-key')] }),
      'operation_keys_fit_operation',
    ],
    [
      'a key of an operation that has none',
      () => keepKeys(keyRow('a-key', rig.ended.applied)),
      'operation_keys_fit_operation',
    ],
    ['a key of no operation', () => keepKeys(keyRow('a-key')), 'operation_keys_fit_operation'],
    [
      'a key that is kept before its operation is there',
      () => `${keepKeys(keyRow('a-key'))}; ${accept(rig, { key: 'a-key' })}`,
      'operation_keys_fit_operation',
    ],
    [
      'a key twice',
      () =>
        `${accept(rig, { key: 'a-key', keys: [keyRow('a-key')] })};
         ${accept(rig, { of: second, key: 'a-key', keys: [keyRow('a-key', second)] })}`,
      'operation_keys_pkey',
    ],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refusalOf(rig.service.database, sql())).toBe(refusal);
  });
});

describe('the database refuses, of an account', () => {
  const change = (account: bigint, what: string): string => `UPDATE accounts SET ${what} WHERE id = ${account}`;

  it.each<[string, () => string, string]>([
    ['a balance without a movement', () => change(rig.account, 'balance = 0'), 'accounts_follow_entries'],
    ['a version without a movement', () => change(rig.account, 'version = 7'), 'accounts_follow_entries'],
    [
      'the name of an operation that was not its last',
      () => change(rig.account, `last_operation_id = '${rig.ended.first}'`),
      'accounts_follow_entries',
    ],
    [
      'a balance that it never had, without the name of an operation',
      () => change(rig.account, 'balance = 1499, last_operation_id = NULL'),
      'accounts_follow_entries',
    ],
    [
      'that it goes back to an older movement of its own',
      () => change(rig.account, `version = 1, balance = 1000, last_operation_id = '${rig.ended.first}'`),
      'accounts_follow_entries',
    ],
    [
      'that it goes back to an older movement of its own, without the name of an operation',
      () => change(rig.account, 'version = 1, balance = 1000, last_operation_id = NULL'),
      'accounts_follow_entries',
    ],
    [
      'that it goes back to nothing',
      () => change(rig.treasury, 'version = 0, balance = 0, last_operation_id = NULL'),
      'accounts_follow_entries',
    ],
    [
      'that it says itself where it stood before, so as to go back',
      () =>
        change(
          rig.account,
          `version = 1, balance = 1000, last_operation_id = '${rig.ended.first}', base_version = 0, base_balance = 0`,
        ),
      'accounts_follow_entries',
    ],
    [
      'that it begins with a balance',
      () => `INSERT INTO accounts (system, partition, asset_id, balance) VALUES ('treasury', 999, 4, 5)`,
      'accounts_follow_entries',
    ],
    [
      'that it begins with an operation behind it',
      () =>
        `INSERT INTO accounts (system, partition, asset_id, last_operation_id)
         VALUES ('treasury', 999, 4, '${rig.ended.first}')`,
      'accounts_follow_entries',
    ],
    ['another asset and partition', () => change(rig.treasury, 'asset_id = 1, partition = 900'), 'accounts_keep_owner'],
    [
      'another hash than that of its wallet',
      () => change(rig.account, 'wallet_hash = wallet_hash + 1'),
      'accounts_keep_owner',
    ],
  ])('%s', async (_what, sql, refusal) => {
    expect(await refusalOf(rig.service.database, sql())).toBe(refusal);
  });

  it('the state of an account before a movement is stored, whatever a statement says of it', async () => {
    const client = await rig.service.database.connect();
    try {
      await client.query('BEGIN');
      await client.query(change(rig.account, 'base_version = 7, base_balance = 7'));
      const { rows } = await client.query(`SELECT base_version, base_balance FROM accounts WHERE id = ${rig.account}`);
      expect(rows).toEqual([{ base_version: 2n, base_balance: '1500' }]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
