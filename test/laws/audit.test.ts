import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { urlFor } from '@wallet/local/embedded-postgres';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { newId } from '@wallet/shared/words/ids';
import request from 'supertest';
import { breakTheLaw } from '../support/break-the-law.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
let wallet: string;
let operation: string;
beforeEach(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '50.00');
  operation = (await operate(service.url, wallet, 'WITHDRAW', '20.00'))['id'] as string;
  await operate(service.url, wallet, 'DEPOSIT', '5.00');
  await operate(service.url, wallet, 'WITHDRAW', '1000.00');
  await operate(service.url, await createFundedWallet(service.url, '1.00', 'GOLD'), 'WITHDRAW', '1.00');
});
afterEach(() => service.stop());

interface AuditRun {
  code: number | null;
  output: string;
}

/** `npm run audit` as an auditor runs it, who may only read. */
function audit(databaseUrl: string | undefined, ...args: string[]): Promise<AuditRun> {
  const child = spawn(process.execPath, [...RUN_SOURCE, join(PROJECT_ROOT, 'shared/src/commands/audit.ts'), ...args], {
    cwd: PROJECT_ROOT,
    env: {
      PATH: process.env['PATH'],
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: urlFor('auditor', databaseUrl) }),
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

const OTHER = '018f0000-0000-7000-8000-000000000000';
const accountOf = (id: string) => `(SELECT id FROM accounts WHERE wallet_id = '${id}')`;

describe('the audit', () => {
  it('finds nothing on a sound database, and exits 0', async () => {
    expect(await audit(service.databaseUrl)).toEqual({ code: 0, output: '0 violations of P1 to P3\n' });
    expect(await audit(service.databaseUrl, '--json')).toEqual({ code: 0, output: '{"violations":0}\n' });
  });

  it('exits 2 when it cannot look', async () => {
    expect(await audit(undefined)).toMatchObject({
      code: 2,
      output: expect.stringContaining('DATABASE_URL is not set'),
    });
    expect((await audit('postgres://nobody@127.0.0.1:1/none')).code).toBe(2);
  });

  // What was done, and the violations that tell of it: all of them, and no other.
  it.each<[string, (w: string, op: string) => string, string[]]>([
    [
      'an entry changed',
      (w) => `UPDATE entries SET amount = amount + 1 WHERE account_id = ${accountOf(w)} AND version = 2`,
      ['balance_not_sum_of_entries', 'entries_not_of_operation', 'entries_unbalanced', 'running_balance_broken'],
    ],
    [
      'a running balance changed',
      (w) => `UPDATE entries SET balance = balance + 1 WHERE account_id = ${accountOf(w)} AND version = 2`,
      ['outcome_not_of_entry', 'running_balance_broken'],
    ],
    [
      'a balance changed',
      (w) => `UPDATE accounts SET balance = balance + 1 WHERE wallet_id = '${w}'`,
      ['account_not_at_last_entry', 'balance_not_sum_of_entries'],
    ],
    [
      'an entry missing',
      (w) => `DELETE FROM entries WHERE account_id = ${accountOf(w)} AND version = 2`,
      ['balance_not_sum_of_entries', 'entries_not_of_operation', 'entries_unbalanced', 'version_gap'],
    ],
    [
      'a gap in versions',
      (w) => `UPDATE entries SET version = 9 WHERE account_id = ${accountOf(w)} AND version = 3;
              UPDATE accounts SET version = 9 WHERE wallet_id = '${w}'`,
      ['outcome_not_of_entry', 'version_gap'],
    ],
    [
      'an operation succeeded without entries',
      (_w, op) =>
        `UPDATE outcomes SET status = 'succeeded', error_code = NULL WHERE status = 'failed' AND operation_id <> '${op}'`,
      ['order_broken', 'succeeded_without_entries'],
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
      (w, op) => `WITH house AS (
                    SELECT id, partition FROM accounts JOIN entries ON account_id = id
                    WHERE operation_id = '${op}' AND account_id <> ${accountOf(w)}
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
      'entries of an operation that failed',
      (_w, op) => `UPDATE outcomes SET status = 'failed', error_code = 'x' WHERE operation_id = '${op}'`,
      ['entries_of_unsucceeded_operation'],
    ],
    [
      'an operation applied twice',
      (w, op) => `DROP INDEX entries_operation;
                  WITH twice AS (
                    SELECT id, asset_id, -2000 * CASE WHEN wallet_id IS NULL THEN -1 ELSE 1 END AS amount, version + 1 AS version, balance
                    FROM accounts WHERE wallet_id = '${w}' OR id = (
                      SELECT account_id FROM entries WHERE operation_id = '${op}' AND account_id <> ${accountOf(w)})
                  ), moved AS (
                    UPDATE accounts SET balance = twice.balance + amount, version = twice.version FROM twice WHERE twice.id = accounts.id
                  )
                  INSERT INTO entries (account_id, version, operation_id, amount, balance, asset_id)
                  SELECT id, version, '${op}', amount, balance + amount, asset_id FROM twice`,
      ['entries_not_of_operation', 'outcome_not_of_entry'],
    ],
    [
      'a balance below zero',
      (w) => `DROP INDEX entries_operation;
              UPDATE entries SET amount = -amount - 4000, balance = -1000 WHERE account_id = ${accountOf(w)} AND version = 3;
              ALTER TABLE accounts DROP CONSTRAINT accounts_wallet_not_below_zero;
              UPDATE accounts SET balance = (SELECT sum(amount) FROM entries WHERE account_id = accounts.id) WHERE wallet_id = '${w}'`,
      [
        'account_not_at_last_entry',
        'entries_not_of_operation',
        'entries_unbalanced',
        'negative_balance',
        'outcome_not_of_entry',
        'running_balance_broken',
      ],
    ],
    [
      'an operation lost',
      (_w, op) => `DELETE FROM outcomes WHERE operation_id = '${op}'`,
      ['entries_of_unsucceeded_operation', 'operation_lost'],
    ],
    [
      'an operation both pending and final',
      (w, op) =>
        `INSERT INTO pending_operations SELECT 0, seq, id, wallet_id, now() FROM operations WHERE id = '${op}' AND wallet_id = '${w}'`,
      ['operation_pending_and_final', 'pending_overtaken'],
    ],
    [
      'entries of no operation',
      (_w, op) => `DELETE FROM operations WHERE id = '${op}'`,
      ['entry_without_account_or_operation', 'outcome_without_operation'],
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
      () => `ALTER TABLE accounts DROP CONSTRAINT accounts_wallet_not_below_zero;
             INSERT INTO wallets (id, asset_id) VALUES ('${OTHER}', 4);
             INSERT INTO accounts (wallet_id, asset_id, balance, version) VALUES ('${OTHER}', 4, -500, 1);
             UPDATE entries SET account_id = ${accountOf(OTHER)}, version = 1, balance = -500 WHERE amount = -500;
             UPDATE accounts SET balance = balance + 500, version = 2
             WHERE system = 'treasury' AND asset_id = 4 AND version = 3`,
      ['entries_on_wrong_house_account', 'negative_balance'],
    ],
    [
      'a refusal that was none',
      () => `UPDATE outcomes SET wallet_balance = wallet_balance + 1 WHERE status = 'failed'`,
      ['outcome_not_of_entry'],
    ],
    [
      'a wallet of another asset',
      (w) => `UPDATE wallets SET asset_id = 1 WHERE id = '${w}'`,
      ['asset_mismatch', 'wallet_without_account'],
    ],
    [
      'an entry of another asset',
      (w) => `UPDATE entries SET asset_id = 1 WHERE account_id = ${accountOf(w)} AND version = 1`,
      ['asset_mismatch', 'entries_unbalanced'],
    ],
    [
      'a treasury missing',
      () => `DELETE FROM accounts WHERE system = 'treasury' AND version = 0 AND asset_id = 3 AND partition = 0`,
      ['treasury_missing'],
    ],
    [
      'an order that is not that of acceptance',
      (_w, op) => `UPDATE operations SET seq = 1000000 WHERE id = '${op}'`,
      ['order_broken'],
    ],
  ])('names %s, and exits 1', async (_name, corruption, violations) => {
    await breakTheLaw(service.database, corruption(wallet, operation));
    const { code, output } = await audit(service.databaseUrl, '--json');
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const found = new Set(lines.slice(0, -1).map((line) => line['violation'] as string));
    expect([...found].sort()).toEqual(violations);
    expect(lines.at(-1)).toEqual({ violations: lines.length - 1 });
    expect(code).toBe(1);
  });

  it('names the operation, the account and the wallet it is about', async () => {
    await breakTheLaw(service.database, `UPDATE accounts SET balance = 1 WHERE wallet_id = '${wallet}'`);
    const { output } = await audit(service.databaseUrl);
    expect(output).toMatch(
      new RegExp(`^balance_not_sum_of_entries: account \\d+ of wallet ${wallet}: balance 1, entries sum to 3500$`, 'm'),
    );
  });

  it('runs beside a service that works', async () => {
    const posts = Array.from({ length: 200 }, () =>
      request(service.url)
        .post(`/wallets/${wallet}/operation`)
        .send({ operation_type: 'DEPOSIT', amount: 1 })
        .expect(202),
    );
    const [run] = await Promise.all([audit(service.databaseUrl), ...posts]);
    expect(run.code).toBe(0);
  });
});
