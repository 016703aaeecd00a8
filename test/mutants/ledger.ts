import type { Mutant } from './mutant.ts';

/** Bugs in the rules of the ledger, in what writes them down, and in what proves it: P3 and P9. */
export const LEDGER: readonly Mutant[] = [
  {
    name: 'balance-off-by-one',
    bug: 'the last of a balance cannot be spent',
    text: 'from.balance < operation.amount',
    instead: 'from.balance <= operation.amount',
    tests: ['unit/plan'],
  },
  {
    name: 'funds-unchecked',
    bug: 'only the constraint of the database keeps a balance from going below zero',
    text: "if (!from.isSystem && from.balance < operation.amount) return 'insufficient_funds';",
    instead: '',
    tests: ['unit/plan', 'stories/operations'],
  },
  {
    name: 'balance-overflow',
    bug: 'a balance may exceed what an account holds',
    text: "if (!to.isSystem && to.balance + operation.amount > MAX_MINOR_UNITS) return 'balance_limit_exceeded';",
    instead: '',
    tests: ['unit/plan', 'stories/operations'],
  },
  {
    name: 'house-account-full',
    bug: 'an operation fails because the house account behind it holds as much as a wallet can',
    text: 'if (!to.isSystem && to.balance + operation.amount > MAX_MINOR_UNITS)',
    instead: 'if (to.balance + operation.amount > MAX_MINOR_UNITS)',
    tests: ['unit/plan'],
  },
  {
    name: 'moment-without-its-millisecond',
    bug: 'the balance at the moment that was answered leaves the operation out',
    text: "version_at(id, $2::timestamptz + interval '999 microseconds')",
    instead: 'version_at(id, $2::timestamptz)',
    tests: ['stories/moments'],
  },
  {
    name: 'frozen-wallet-moves',
    bug: 'a frozen wallet is credited and debited',
    text: "if (from.status === 'frozen' || to.status === 'frozen') return 'wallet_frozen';",
    instead: '',
    tests: ['unit/plan', 'stories/operations'],
  },
  {
    name: 'frozen-receiver-credited',
    bug: 'a transfer to a frozen wallet succeeds',
    text: "if (from.status === 'frozen' || to.status === 'frozen')",
    instead: "if (from.status === 'frozen')",
    tests: ['unit/plan', 'stories/transfers'],
  },
  {
    name: 'asset-not-transferable',
    bug: 'what may not move between users does',
    text: "if (KINDS[operation.type].rule === 'asset_transferable' && !operation.transferable) return 'asset_not_transferable';",
    instead: '',
    tests: ['unit/plan', 'stories/transfers'],
  },
  {
    name: 'credit-leg-missing',
    bug: 'a movement takes and does not give',
    text: 'to: move(current, to, amount) });',
    instead: 'to });',
    tests: ['unit/plan', 'stories/transfers'],
  },
  {
    name: 'receiver-told-of-the-sender',
    bug: "a transfer's result tells the sender's balance and version as the receiver's",
    text: "receiver: KINDS[operation.type].to === 'receiver' ? standingOf(accounts, operation.counterparty) : null,",
    instead: "receiver: KINDS[operation.type].to === 'receiver' ? standingOf(accounts, operation.account) : null,",
    tests: ['unit/plan', 'stories/transfers'],
  },
  {
    name: 'version-stands-still',
    bug: "a movement does not raise the account's version",
    text: 'version: account.version + 1n,',
    instead: 'version: account.version,',
    tests: ['unit/plan', 'stories/operations'],
  },
  {
    name: 'unit-half-applied',
    bug: 'what an atomic batch did before it failed stays',
    text: 'const tried = applyInOrder(unit, trial);',
    instead: 'const tried = applyInOrder(unit, current);',
    tests: ['unit/plan', 'stories/batches'],
  },
  {
    name: 'accounts-not-locked',
    bug: 'wallets are read without their row locks: what somebody else changes meanwhile is not seen',
    text: `WHERE (SELECT count(*) FROM treasuries) >= 0
             ORDER BY accounts.id FOR UPDATE OF accounts`,
    instead: 'WHERE (SELECT count(*) FROM treasuries) >= 0',
    tests: ['laws/locks > sees it frozen'],
  },
  {
    name: 'accounts-locked-in-any-order',
    bug: 'two transactions lock the same wallets in different orders, and wait for each other',
    text: `WHERE (SELECT count(*) FROM treasuries) >= 0
             ORDER BY accounts.id FOR UPDATE OF accounts`,
    instead: `WHERE (SELECT count(*) FROM treasuries) >= 0
             FOR UPDATE OF accounts`,
    tests: ['laws/locks > in the order of their accounts'],
  },
  {
    name: 'commit-not-awaited',
    bug: 'what could not be committed is taken to be',
    text: 'await client.query(commit);',
    instead: 'client.query(commit).catch(() => undefined);',
    tests: ['laws/webhook-events > at its very end'],
  },
  {
    name: 'rows-not-compared',
    bug: 'a plan of which not every row could be written is committed all the same',
    text: 'if (!fits || movements.length + failures.length !== operations.length) {',
    instead: 'if (row === undefined) {',
    tests: ['laws/locks > is not written at all'],
  },
  {
    name: 'status-read-without-lock',
    bug: 'a wallet is closed while it is being credited',
    text: 'SELECT id, status, balance FROM accounts WHERE wallet_id = $1 FOR UPDATE',
    instead: 'SELECT id, status, balance FROM accounts WHERE wallet_id = $1',
    tests: ['laws/locks > is not closed'],
  },
  {
    name: 'closed-with-balance',
    bug: 'a wallet that holds something is closed',
    text: "WHEN $2 = 'closed' AND balance <> 0 THEN 'wallet_not_empty'",
    instead: '',
    tests: ['stories/history > is closed when it is empty'],
  },
  {
    name: 'law-blind-to-the-wallet',
    bug: 'the database lets an operation be posted to another wallet',
    text: 'WHEN own.wallet_id IS DISTINCT FROM operations.wallet_id',
    instead: 'WHEN false',
    tests: ['laws/binding > posted to another wallet'],
  },
  {
    name: 'law-blind-to-the-receiver',
    bug: 'the database lets a transfer be posted to another receiver',
    text: 'WHEN operations.to_wallet_id IS NOT NULL AND receiver.wallet_id IS DISTINCT FROM operations.to_wallet_id',
    instead: 'WHEN operations.to_wallet_id IS NOT NULL AND receiver.wallet_id IS NULL',
    tests: ['laws/binding > to another receiver'],
  },
  {
    name: 'law-blind-to-the-direction',
    bug: 'the database lets a withdrawal be posted as a credit',
    text: `WHEN type IN ('withdraw', 'spend', 'transfer') THEN false END AS wallet_gains`,
    instead: `WHEN type IN ('withdraw', 'spend', 'transfer')
                          THEN (SELECT gained.account_id FROM entries AS gained
                                WHERE gained.operation_id = id AND gained.amount > 0)
                               = (SELECT wallets.id FROM accounts AS wallets WHERE wallets.wallet_id = operations.wallet_id)
                        END AS wallet_gains`,
    tests: ['laws/binding > as a credit'],
  },
  {
    name: 'law-blind-to-the-partition',
    bug: 'the database lets an operation be posted to the treasury of another partition',
    text: '(house.asset_id, house.partition) IS DISTINCT FROM (posted.asset_id, posted.partition)',
    instead: 'house.asset_id IS DISTINCT FROM posted.asset_id',
    tests: ['laws/binding > of another partition'],
  },
  {
    name: 'law-blind-to-the-waiting-place',
    bug: 'an operation is accepted in a partition whose worker may not apply it',
    text: 'WHEN added.batch_id IS NULL AND account.wallet_hash % partitions IS DISTINCT FROM',
    instead: 'WHEN false AND account.wallet_hash % partitions IS DISTINCT FROM',
    tests: ['laws/constraints > in another partition'],
  },
  {
    name: 'law-not-made-good',
    bug: 'a trigger that was switched off stays so',
    text: 'pg_get_triggerdef(pg_trigger.oid) || tgenabled::text',
    instead: 'pg_get_triggerdef(pg_trigger.oid)',
    tests: ['laws/law-migration > switched off'],
  },
  {
    name: 'audit-blind-to-partitions',
    bug: 'the audit does not see that an operation was posted to the treasury of another partition',
    text: 'AND accounts.partition = CASE WHEN owner.batch_id IS NULL',
    instead: 'AND accounts.partition + 1 = 1 + CASE WHEN true THEN accounts.partition WHEN owner.batch_id IS NULL',
    tests: ['laws/audit > of another partition'],
  },
  {
    name: 'audit-blind-to-balances',
    bug: 'the audit does not see that a running balance is not continued',
    text: 'WHERE version <> before_version + 1 OR balance <> before_balance + amount`,',
    instead: 'WHERE version <> before_version + 1`,',
    tests: ['laws/audit > a running balance changed'],
  },
  {
    name: 'audit-blind-to-order',
    bug: 'the audit does not see that operations were applied in another order',
    text: "WHERE wallet_version < before_version + CASE status WHEN 'succeeded' THEN 1 ELSE 0 END`,",
    instead: 'WHERE wallet_version < 0`,',
    tests: ['laws/audit > an order that is not that of acceptance'],
  },
  {
    name: 'audit-blind-to-lost-operations',
    bug: 'the audit does not see that an operation is neither pending nor final',
    text: 'WHERE batch_id IS NULL AND (outcomes.operation_id IS NULL) = (pending_operations.operation_id IS NULL)`,',
    instead:
      'WHERE batch_id IS NULL AND outcomes.operation_id IS NOT NULL AND pending_operations.operation_id IS NOT NULL`,',
    tests: ['laws/audit > an operation lost'],
  },
  {
    name: 'audit-blind-to-batches',
    bug: 'the audit does not see that a batch tells of more than its lines',
    text: `WHERE (found.lines, found.amount, found.succeeded, found.succeeded_amount, found.failed, found.failed_amount)
     IS DISTINCT FROM`,
    instead: `WHERE (found.lines, found.amount, totals.succeeded, totals.succeeded_amount, totals.failed, totals.failed_amount)
     IS DISTINCT FROM`,
    tests: ['laws/batch-law > the audit names'],
  },
];
