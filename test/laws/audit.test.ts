import { urlFor } from '@wallet/local/embedded-postgres';
import { createPool } from '@wallet/shared/database/pool';
import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { breakTheLaw } from '../support/break-the-law.ts';
import { runProgram } from '../support/run-program.ts';
import { startService } from '../support/service.ts';
import { copyDatabase } from '../support/test-database.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** The database of a sound history: each corruption gets a copy of it. */
let sound: string;
let wallet: string;
let operation: string;
beforeAll(async () => {
  const service = await startService();
  wallet = await createFundedWallet(service.url, '50.00');
  operation = (await operate(service.url, wallet, 'WITHDRAW', '20.00'))['id'] as string;
  await operate(service.url, wallet, 'DEPOSIT', '5.00');
  await operate(service.url, wallet, 'WITHDRAW', '1000.00');
  await operate(service.url, await createFundedWallet(service.url, '1.00', 'GOLD'), 'WITHDRAW', '1.00');
  await service.stop();
  sound = service.databaseUrl;
});

/** Does something to a copy of the sound database. @returns its address. */
async function corrupt(corruption: string): Promise<string> {
  const url = await copyDatabase(sound);
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await breakTheLaw(database, corruption).finally(() => database.end());
  return url;
}

interface AuditRun {
  code: number | null;
  output: string;
}

/** `npm run audit` as an auditor runs it, with a read-only user. */
async function audit(databaseUrl: string | undefined, ...args: string[]): Promise<AuditRun> {
  const env = databaseUrl === undefined ? {} : { DATABASE_URL: urlFor('auditor', databaseUrl) };
  const { code, out, err } = await runProgram('shared/src/commands/audit.ts', args, env);
  return { code, output: `${err}${out}` };
}

const OTHER = '018f0000-0000-7000-8000-000000000000';
const accountOf = (id: string) => `(SELECT id FROM accounts WHERE wallet_id = '${id}')`;

describe('the audit', () => {
  it('finds no violation on a sound database, and exits 0', async () => {
    const url = await copyDatabase(sound);
    const { code, output } = await audit(url);
    expect(output).toMatch(/^0 violations of P1 to P3, in \d+ pieces of at most \d+ ms\n$/);
    expect(code).toBe(0);
    const asJson = await audit(url, '--json', '--progress');
    expect(asJson.output).toMatch(/checking wallets: \d+ pieces so far\n/);
    expect(JSON.parse(asJson.output.trim().split('\n').at(-1) ?? '')).toEqual({
      violations: 0,
      pieces: expect.any(Number),
      longestMs: expect.any(Number),
    });
  });

  it('exits 2 when the audit cannot run', async () => {
    expect(await audit(undefined)).toMatchObject({
      code: 2,
      output: expect.stringContaining('DATABASE_URL is not set'),
    });
    expect((await audit('postgres://nobody@127.0.0.1:1/none')).code).toBe(2);
  });

  // Corruptions, and exactly the violations that they cause.
  it.each<[string, (w: string, op: string) => string, string[]]>([
    [
      'an amount changed',
      (w) => `UPDATE movements SET amount = amount + 1 WHERE from_account_id = ${accountOf(w)} AND from_version = 2`,
      ['balance_not_sum_of_entries', 'entries_not_of_operation', 'running_balance_broken'],
    ],
    [
      'a running balance changed',
      (w) =>
        `UPDATE movements SET from_balance = from_balance + 1 WHERE from_account_id = ${accountOf(w)} AND from_version = 2`,
      ['running_balance_broken'],
    ],
    [
      'a balance changed',
      (w) => `UPDATE accounts SET balance = balance + 1 WHERE wallet_id = '${w}'`,
      ['account_not_at_last_entry', 'balance_not_sum_of_entries'],
    ],
    [
      'a movement missing',
      (_w, op) => `DELETE FROM movements WHERE operation_id = '${op}'`,
      ['balance_not_sum_of_entries', 'operation_lost', 'version_gap'],
    ],
    [
      'a gap in versions',
      (w) => `UPDATE movements SET to_version = 900000 WHERE to_account_id = ${accountOf(w)} AND to_version = 3;
              UPDATE accounts SET version = 900000 WHERE wallet_id = '${w}'`,
      ['order_broken', 'outcome_not_of_entry', 'version_gap'],
    ],
    [
      'two movements at one version',
      (w) => `UPDATE movements SET to_version = 2 WHERE to_account_id = ${accountOf(w)} AND to_version = 3`,
      ['account_not_at_last_entry', 'outcome_not_of_entry', 'version_gap'],
    ],
    [
      'an account that names another operation as its last',
      (w, op) => `UPDATE accounts SET last_operation_id = '${op}' WHERE wallet_id = '${w}'`,
      ['account_not_of_last_operation'],
    ],
    [
      'an operation posted to another wallet',
      (_w, op) => `WITH other AS (INSERT INTO wallets (id, asset_id) VALUES ('${newId()}', 4) RETURNING id, asset_id),
                     opened AS (INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM other)
                   UPDATE operations SET wallet_id = other.id FROM other WHERE operations.id = '${op}'`,
      ['entries_on_wrong_wallet'],
    ],
    [
      'a withdrawal posted as a credit',
      (_w, op) => `UPDATE operations SET type = 'deposit' WHERE id = '${op}'`,
      ['entries_against_direction'],
    ],
    [
      'an operation posted to the treasury of another partition',
      (_w, op) => `WITH house AS (
                    SELECT accounts.id, partition FROM accounts JOIN movements ON to_account_id = accounts.id
                    WHERE operation_id = '${op}'
                  ), other AS (
                    SELECT id, partition FROM accounts
                    WHERE system = 'treasury' AND asset_id = 4 AND id NOT IN (SELECT id FROM house) LIMIT 1
                  )
                  SELECT house.id AS house, house.partition AS own, other.id AS other, other.partition AS away
                    INTO TEMPORARY swapped FROM house, other;
                  UPDATE accounts SET partition = 30000 FROM swapped WHERE id = house;
                  UPDATE accounts SET partition = own FROM swapped WHERE id = other;
                  UPDATE accounts SET partition = away FROM swapped WHERE id = house`,
      ['entries_on_wrong_house_account'],
    ],
    [
      'a movement of an operation that failed',
      (_w, op) =>
        `INSERT INTO failures (operation_id, wallet_balance, wallet_version, error_code) VALUES ('${op}', 3000, 2, 'x')`,
      ['entries_of_unsucceeded_operation'],
    ],
    [
      'an operation applied twice',
      (
        _w,
        op,
      ) => `INSERT INTO movements (operation_id, leg, from_account_id, from_version, from_balance, to_account_id, to_version,
                                          to_balance, amount, asset_id)
                   SELECT operation_id, 1, lost.id, lost.version + 1, lost.balance - amount, gained.id, gained.version + 1,
                          gained.balance + amount, amount, movements.asset_id
                   FROM movements JOIN accounts AS lost ON lost.id = from_account_id JOIN accounts AS gained ON gained.id = to_account_id
                   WHERE operation_id = '${op}';
                   UPDATE accounts SET version = version + 1, balance = from_balance, last_operation_id = '${op}'
                   FROM movements WHERE operation_id = '${op}' AND leg = 1 AND accounts.id = from_account_id;
                   UPDATE accounts SET version = version + 1, balance = to_balance, last_operation_id = '${op}'
                   FROM movements WHERE operation_id = '${op}' AND leg = 1 AND accounts.id = to_account_id`,
      ['entries_not_of_operation', 'order_broken'],
    ],
    [
      'a balance below zero',
      (w, op) => `ALTER TABLE accounts DROP CONSTRAINT accounts_within_credit;
                  UPDATE movements SET amount = 6000, from_balance = -1000 WHERE operation_id = '${op}';
                  UPDATE movements SET to_balance = -500 WHERE to_account_id = ${accountOf(w)} AND to_version = 3;
                  UPDATE accounts SET balance = -500 WHERE wallet_id = '${w}'`,
      [
        'balance_not_sum_of_entries',
        'below_credit_limit',
        'entries_not_of_operation',
        'outcome_not_of_entry',
        'running_balance_broken',
      ],
    ],
    ['an operation lost', () => 'DELETE FROM failures', ['operation_lost']],
    [
      'an operation both pending and final',
      (w, op) =>
        `INSERT INTO pending_operations SELECT 0, seq, id, wallet_id, now() FROM operations WHERE id = '${op}' AND wallet_id = '${w}'`,
      ['operation_pending_and_final', 'pending_overtaken'],
    ],
    [
      'a movement of no operation',
      (_w, op) => `DELETE FROM operations WHERE id = '${op}'`,
      ['entry_without_account_or_operation'],
    ],
    [
      'a movement of no account',
      (w) => `UPDATE movements SET to_account_id = 900000 WHERE to_account_id = ${accountOf(w)} AND to_version = 1`,
      ['balance_not_sum_of_entries', 'entry_without_account_or_operation', 'version_gap'],
    ],
    [
      'a failure of no operation',
      () => 'DELETE FROM operations WHERE id IN (SELECT operation_id FROM failures)',
      ['outcome_without_operation'],
    ],
    [
      'a pending row of no operation, where no worker looks',
      (w) => `INSERT INTO pending_operations VALUES (900, 1, gen_random_uuid(), '${w}', now())`,
      ['pending_not_of_operation', 'pending_overtaken'],
    ],
    [
      'an operation of no kind',
      (_w, op) => `ALTER TABLE operations DROP CONSTRAINT operations_type_check;
                   UPDATE operations SET type = 'gift' WHERE id = '${op}'`,
      ['entries_not_of_operation'],
    ],
    [
      'a deposit that came out of another wallet',
      (w) => `ALTER TABLE accounts DROP CONSTRAINT accounts_within_credit;
             INSERT INTO wallets (id, asset_id) VALUES ('${OTHER}', 4);
             INSERT INTO accounts (wallet_id, asset_id, balance, version) VALUES ('${OTHER}', 4, -500, 1);
             UPDATE accounts SET balance = balance + 500, version = 2, last_operation_id = NULL
             WHERE id = (SELECT from_account_id FROM movements WHERE to_account_id = ${accountOf(w)} AND to_version = 3);
             UPDATE movements SET from_account_id = ${accountOf(OTHER)}, from_version = 1, from_balance = -500
             WHERE to_account_id = ${accountOf(w)} AND to_version = 3`,
      ['below_credit_limit', 'entries_on_wrong_house_account'],
    ],
    [
      'a refusal that was none',
      () => 'UPDATE failures SET wallet_balance = wallet_balance + 1',
      ['outcome_not_of_entry'],
    ],
    [
      'a wallet of another asset',
      (w) => `UPDATE wallets SET asset_id = 1 WHERE id = '${w}'`,
      ['asset_mismatch', 'wallet_without_account'],
    ],
    [
      'a movement of another asset',
      (w) => `UPDATE movements SET asset_id = 1 WHERE to_account_id = ${accountOf(w)} AND to_version = 1`,
      ['asset_mismatch'],
    ],
    [
      'movements between accounts of two assets',
      (w) => `UPDATE accounts SET asset_id = 1 WHERE wallet_id = '${w}'`,
      ['asset_mismatch', 'entries_unbalanced', 'wallet_without_account'],
    ],
    [
      'a treasury missing',
      () => `DELETE FROM accounts WHERE system = 'treasury' AND version = 0 AND asset_id = 3 AND partition = 0`,
      ['treasury_missing'],
    ],
    [
      'an account of a house account missing',
      () => `SELECT add_house_account('fees', false); DELETE FROM accounts WHERE system = 'fees' AND asset_id = 3`,
      ['house_account_missing'],
    ],
    [
      'an order that is not that of acceptance',
      (_w, op) => `UPDATE operations SET seq = 1000000 WHERE id = '${op}'`,
      ['order_broken'],
    ],
    [
      'a refusal out of its turn',
      () => 'UPDATE operations SET seq = 0 WHERE id IN (SELECT operation_id FROM failures)',
      ['order_broken'],
    ],
    [
      'a key of another operation',
      (_w, op) => `INSERT INTO operation_keys VALUES (gen_random_uuid(), '${op}', gen_random_uuid())`,
      ['key_without_operation'],
    ],
    [
      'a key of no operation',
      () => 'INSERT INTO operation_keys VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid())',
      ['key_without_operation'],
    ],
    [
      'an operation whose key is not kept',
      (_w, op) => `UPDATE operations SET idempotency_key = 'lost' WHERE id = '${op}'`,
      ['operation_without_key'],
    ],
  ])('names %s, and exits 1', async (_name, corruption, violations) => {
    const { code, output } = await audit(await corrupt(corruption(wallet, operation)), '--json');
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const found = new Set(lines.slice(0, -1).map((line) => line['violation'] as string));
    expect([...found].sort()).toEqual(violations);
    expect(lines.at(-1)).toMatchObject({ violations: lines.length - 1 });
    expect(code).toBe(1);
  });

  it('names the operation, the account and the wallet it is about', async () => {
    const url = await corrupt(`UPDATE accounts SET balance = 1 WHERE wallet_id = '${wallet}'`);
    const { output } = await audit(url);
    expect(output).toMatch(
      new RegExp(`^balance_not_sum_of_entries: account \\d+ of wallet ${wallet}: balance 1, entries sum to 3500$`, 'm'),
    );
  });

  it('runs beside a working service', async () => {
    const service = await startService();
    const own = await createFundedWallet(service.url, '50.00');
    const posts = Array.from({ length: 200 }, () =>
      request(service.url).post(`/wallets/${own}/operation`).send({ operation_type: 'DEPOSIT', amount: 1 }).expect(202),
    );
    const [run] = await Promise.all([audit(service.databaseUrl), ...posts]);
    await service.stop();
    expect(run.code).toBe(0);
  });
});
