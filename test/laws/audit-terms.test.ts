import { urlFor } from '@wallet/local/embedded-postgres';
import { type AuditOrder, runAudit } from '@wallet/shared/database/audit';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { breakTheLaw } from '../support/break-the-law.ts';
import { fillTermsLedger, nameRows } from '../support/fill-terms-ledger.ts';
import { type TermsLedger, startTermsLedger } from '../support/terms-ledger.ts';

/** The audit of holds, captures, releases, reversals and postings. */

let filled: TermsLedger;
let ledger: TermsLedger;
let auditor: Database;
beforeAll(async () => {
  filled = await startTermsLedger();
  await fillTermsLedger(filled);
  await filled.stop();
});
beforeEach(async () => {
  ledger = await filled.copy();
  auditor = createPool({ url: urlFor('auditor', ledger.databaseUrl), name: 'test', size: 1, onError: () => undefined });
});
afterEach(async () => {
  await auditor.end();
  await ledger.stop();
});

/** @returns the names of the violations, each once. */
async function audit(order: Omit<AuditOrder, 'tell'> = {}): Promise<string[]> {
  const found = new Set<string>();
  await runAudit(auditor, { ...order, tell: ({ violation }) => found.add(violation) });
  return [...found].sort();
}

it('finds no violation in a ledger of every kind, whatever the pieces', async () => {
  expect(await audit()).toEqual([]);
  expect(await audit({ mostRows: 2 })).toEqual([]);
  expect(await audit({ mostRows: 5, keep: true })).toEqual([]);
  expect(await audit({ mostRows: 5, sinceCheckpoint: true })).toEqual([]);
});

const ORDERS = process.env['TEST_LONG'] ? [{ mostRows: 2 }, {}] : [{ mostRows: 2 }];
const OTHER = '018f0000-0000-7000-8000-000000000000';

// Corruptions, and exactly the violations that they cause.
it.each<[does: string, how: string, violations: string]>([
  [
    'an operation without terms',
    'DELETE FROM operation_terms WHERE operation_id = {open hold}',
    'operation_without_terms',
  ],
  [
    'a posting without terms',
    'DELETE FROM operation_terms WHERE operation_id = {other posting}',
    'legs_not_of_operation operation_without_terms',
  ],
  [
    'terms of no operation',
    `INSERT INTO operation_terms (operation_id) VALUES ('${OTHER}')`,
    'terms_without_operation',
  ],
  [
    'terms of an operation of a simple kind',
    'INSERT INTO operation_terms (operation_id) VALUES ({refused})',
    'terms_not_of_operation',
  ],
  [
    'terms of another kind',
    'UPDATE operation_terms SET final = true WHERE operation_id = {closed}',
    'terms_not_of_operation',
  ],
  [
    'a hold that expires at another moment',
    "UPDATE operation_terms SET expires_at = now() + '1 day' WHERE operation_id = {open hold}",
    'hold_not_of_operation',
  ],
  [
    'a release of what is no hold',
    'UPDATE operation_terms SET target_id = {deposit A} WHERE operation_id = {closed}',
    'terms_not_of_operation',
  ],
  [
    "a release of another wallet's hold",
    'UPDATE operations SET wallet_id = <B> WHERE id = {closed}',
    'outcome_not_of_entry terms_not_of_operation',
  ],
  [
    'a reversal of a hold',
    'UPDATE operation_terms SET target_id = {refused hold} WHERE operation_id = {of nothing}',
    'terms_not_of_operation',
  ],
  [
    'a leg of a posting missing',
    'DELETE FROM operation_legs WHERE operation_id = {posting} AND leg = 3',
    'entries_not_of_terms terms_not_of_operation',
  ],
  ['a leg too many', `INSERT INTO operation_legs VALUES ({refused hold}, 0, [A], [B], 1, 4)`, 'legs_not_of_operation'],
  [
    'a posting that belongs to another wallet of its legs',
    'UPDATE operations SET wallet_id = <B> WHERE id = {other posting}',
    'terms_not_of_operation',
  ],
  [
    'a leg to what is held',
    'UPDATE operation_legs SET to_account_id = [A.held] WHERE operation_id = {other posting}',
    'entries_not_of_terms terms_not_of_operation',
  ],
  [
    'a leg of another amount',
    'UPDATE operation_legs SET amount = amount + 1 WHERE operation_id = {other posting}',
    'entries_not_of_terms',
  ],
  [
    'a movement of a posting missing',
    'DELETE FROM movements WHERE operation_id = {posting} AND leg = 3',
    'balance_not_sum_of_entries entries_not_of_terms reversed_not_of_operation version_gap',
  ],
  [
    'a movement under a leg that a hold does not have',
    'UPDATE movements SET leg = 1 WHERE operation_id = {open hold}',
    'entries_not_of_terms operation_lost',
  ],
  [
    'a movement under a leg that a transfer does not have',
    'UPDATE movements SET leg = 1 WHERE operation_id = {transfer}',
    'entries_not_of_operation entries_not_of_terms operation_lost',
  ],
  [
    'legs in another order',
    `
    UPDATE movements SET leg = 99 WHERE operation_id = {posting} AND leg = 1;
    UPDATE movements SET leg = 1 WHERE operation_id = {posting} AND leg = 2;
    UPDATE movements SET leg = 2 WHERE operation_id = {posting} AND leg = 99;
    UPDATE operation_legs SET leg = 99 WHERE operation_id = {posting} AND leg = 1;
    UPDATE operation_legs SET leg = 1 WHERE operation_id = {posting} AND leg = 2;
    UPDATE operation_legs SET leg = 2 WHERE operation_id = {posting} AND leg = 99`,
    'entries_not_of_terms legs_out_of_order',
  ],
  [
    'a leg of another asset',
    'UPDATE movements SET asset_id = 2 WHERE operation_id = {posting} AND leg = 3',
    'asset_mismatch entries_not_of_terms',
  ],
  [
    'a leg on no account',
    'UPDATE movements SET from_account_id = 900000 WHERE operation_id = {posting} AND leg = 3',
    'balance_not_sum_of_entries entries_not_of_terms entry_without_account_or_operation version_gap',
  ],
  [
    'a hold of another amount',
    'UPDATE operations SET amount = amount + 1 WHERE id = {open hold}',
    'entries_not_of_terms',
  ],
  [
    'a capture that went elsewhere',
    'UPDATE operation_terms SET to_account_id = [exchange] WHERE operation_id = {final}',
    'entries_not_of_terms',
  ],
  [
    'a capture that went to a wallet and should not',
    'UPDATE operations SET to_wallet_id = NULL WHERE id = {to B}',
    'entries_not_of_terms',
  ],
  [
    'a capture that gave back and should not',
    'UPDATE operation_terms SET final = false WHERE operation_id = {final}',
    'entries_not_of_terms',
  ],
  [
    'a reversal of another amount',
    'UPDATE operations SET amount = amount - 1 WHERE id = {partial reversal}',
    'entries_not_of_terms',
  ],
  [
    'a reversal that did not go back the same way',
    'UPDATE operation_terms SET target_id = {deposit A} WHERE operation_id = {reversal}',
    'entries_not_of_terms reversed_operation_missing reversed_sums_wrong',
  ],
  [
    'a hold that is not written down',
    'DELETE FROM holds WHERE operation_id = {open hold}',
    'held_not_sum_of_holds hold_missing',
  ],
  [
    'a hold of no operation',
    `INSERT INTO holds (operation_id, wallet_id, amount, captured) VALUES ('${OTHER}', <A>, 5, 5)`,
    'hold_not_of_operation hold_sums_wrong',
  ],
  [
    'a hold that failed',
    'INSERT INTO holds (operation_id, wallet_id, amount) VALUES ({refused hold}, <G>, 1)',
    'held_not_sum_of_holds hold_not_of_operation',
  ],
  [
    'more captured than was',
    'UPDATE holds SET captured = captured + 1 WHERE operation_id = {open hold}',
    'held_not_sum_of_holds hold_sums_wrong',
  ],
  [
    'less released than was',
    'UPDATE holds SET released = released - 1, captured = captured + 1 WHERE operation_id = {hold}',
    'hold_sums_wrong',
  ],
  [
    'more captured than was held',
    `ALTER TABLE holds DROP CONSTRAINT holds_add_up;
    UPDATE holds SET captured = 5000 WHERE operation_id = {hold}`,
    'hold_exceeded hold_sums_wrong',
  ],
  [
    'a final capture that left something',
    'UPDATE operation_terms SET final = true WHERE operation_id = {capture}',
    'hold_left_open',
  ],
  [
    'a release of all that left something',
    `
    UPDATE operations SET amount = NULL WHERE id = {release}`,
    'hold_left_open',
  ],
  [
    'less on the held account than remains',
    'UPDATE accounts SET balance = balance - 1 WHERE id = [A.held]',
    'account_not_at_last_entry balance_not_sum_of_entries held_not_sum_of_holds',
  ],
  [
    'something held without a hold',
    'UPDATE accounts SET balance = 1 WHERE id = [B.held]',
    'account_not_at_last_entry balance_not_sum_of_entries held_not_sum_of_holds',
  ],
  [
    'a reversal that is not written down',
    'DELETE FROM reversed_operations WHERE operation_id = {transfer}',
    'outcome_not_of_entry reversed_operation_missing',
  ],
  [
    'more taken back than is written down',
    'UPDATE reversed_operations SET reversed = reversed - 1 WHERE operation_id = {transfer}',
    'reversed_sums_wrong',
  ],
  [
    'another amount of an operation that was taken back',
    'UPDATE reversed_operations SET amount = amount + 1 WHERE operation_id = {posting}',
    'reversal_not_of_all_left reversed_not_of_operation',
  ],
  [
    'more taken back than there was',
    `ALTER TABLE reversed_operations DROP CONSTRAINT reversed_operations_add_up;
    UPDATE reversed_operations SET reversed = amount + 1 WHERE operation_id = {transfer}`,
    'reversal_exceeds_operation reversed_sums_wrong',
  ],
  [
    'a reversal of all that left something',
    'UPDATE operations SET amount = NULL WHERE id = {partial reversal}',
    'reversal_not_of_all_left',
  ],
  [
    'a hold that did not expire',
    `UPDATE operation_terms SET expires_at = now() - interval '11 minutes' WHERE operation_id = {open hold};
    UPDATE holds SET expires_at = now() - interval '11 minutes' WHERE operation_id = {open hold}`,
    'hold_not_expired',
  ],
  [
    'a hold that could be captured',
    `UPDATE failures SET error_code = 'hold_closed' WHERE operation_id = {exceeded};
    UPDATE operation_terms SET target_id = {open hold} WHERE operation_id = {exceeded}`,
    'outcome_not_of_entry',
  ],
  [
    'a hold that sufficed',
    `UPDATE operations SET amount = 1 WHERE id = {exceeded};
    UPDATE operation_terms SET target_id = {open hold} WHERE operation_id = {exceeded}`,
    'outcome_not_of_entry',
  ],
  [
    'an operation that had succeeded',
    'UPDATE operation_terms SET target_id = {transfer} WHERE operation_id = {of nothing}',
    'outcome_not_of_entry',
  ],
  [
    'a reversal that did not exceed',
    'UPDATE operation_terms SET target_id = {final} WHERE operation_id = {too much}; UPDATE operations SET amount = 390 WHERE id = {too much}',
    'outcome_not_of_entry',
  ],
  [
    'funds that a hold has',
    "UPDATE failures SET error_code = 'insufficient_funds' WHERE operation_id = {exceeded}",
    'outcome_not_of_entry',
  ],
  ['funds that the wallet had', 'UPDATE operations SET amount = 1 WHERE id = {refused hold}', 'outcome_not_of_entry'],
  ['captures in another order', 'UPDATE operations SET seq = 1000000 WHERE id = {capture}', 'order_broken'],
  [
    'a capture that was overtaken',
    `INSERT INTO pending_operations SELECT 0, 0, {closed}, <A>, now();
    UPDATE operations SET seq = 0 WHERE id = {closed}; DELETE FROM failures WHERE operation_id = {closed}`,
    'pending_overtaken',
  ],
  [
    'a house account below zero that may not be',
    `ALTER TABLE accounts DROP CONSTRAINT accounts_within_credit;
    UPDATE accounts SET may_go_negative = false WHERE id = [exchange]`,
    'below_credit_limit',
  ],
  ['lines of which more moved', 'UPDATE batch_totals SET amount = amount + 1', 'batch_totals_wrong'],
])('names %s', async (_name, corruption, violations) => {
  await breakTheLaw(ledger.database, nameRows(ledger, corruption));
  for (const order of ORDERS) expect(await audit(order)).toEqual(violations.split(' '));
});
