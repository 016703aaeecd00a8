import type { Mutant } from './mutant.ts';

/** Bugs in what the database itself refuses to every writer: each removes one sentence of the law. */
export const LAW: readonly Mutant[] = [
  {
    name: 'law-believes-where-an-account-stood',
    bug: 'a statement may say itself where an account stood before it',
    text: `NEW.base_version := OLD.version;
  NEW.base_balance := OLD.balance;`,
    instead: `IF (NEW.base_version, NEW.base_balance) IS NOT DISTINCT FROM (OLD.base_version, OLD.base_balance) THEN
    NEW.base_version := OLD.version;
    NEW.base_balance := OLD.balance;
  END IF;`,
    tests: ['laws/constraints > the state of an account before', 'laws/constraints > says itself where it stood'],
  },
  {
    name: 'law-keeps-no-base-for-a-name',
    bug: 'an account takes the name of another operation, and still stands on what was before its own',
    text: 'BEFORE UPDATE OF balance, version, last_operation_id, base_balance, base_version',
    instead: 'BEFORE UPDATE OF balance, version, base_balance, base_version',
    tests: ['laws/movements > is all that is said'],
  },
  {
    name: 'law-blind-to-the-last-operation',
    bug: 'movements take versions that an account has had, on its other side',
    text: `(account.version, account.balance, account.last_operation_id) IS DISTINCT FROM
                 (chained.version, chained.balance, chained.operation_id)`,
    instead: `(account.version, account.balance) IS DISTINCT FROM (chained.version, chained.balance)`,
    tests: ['laws/movements > on the other side of the account'],
  },
  {
    name: 'law-lets-accounts-go-back',
    bug: 'an account goes back to an older movement of its own',
    text: 'OR changed.version < changed.base_version',
    instead: '',
    tests: ['laws/constraints > goes back to an older movement'],
  },
  {
    name: 'law-lets-accounts-name-any-operation',
    bug: 'an account names an operation as its last that was not',
    text: `ELSE (
                 SELECT balance FROM archive_checkpoints
                 WHERE account_id = changed.id AND version = changed.version AND operation_id = changed.last_operation_id
               ) IS DISTINCT FROM changed.balance END`,
    instead: 'ELSE false END',
    tests: ['laws/constraints > that was not its last'],
  },
  {
    name: 'law-blind-to-gaps',
    bug: 'between two movements of a statement an account skips a version',
    text: '(coalesce(before_version, account.base_version) + 1,',
    instead: '(coalesce(chained.version, before_version + 1, account.base_version + 1),',
    tests: ['laws/movements > with a gap between them'],
  },
  {
    name: 'law-blind-to-running-balances',
    bug: 'a movement of a statement does not continue the balance of the one before it',
    text: 'coalesce(before_balance, account.base_balance) + chained.amount)',
    instead: 'CASE WHEN before_version IS NULL THEN account.base_balance + chained.amount ELSE chained.balance END)',
    tests: ['laws/movements > does not continue the balance before it'],
  },
  {
    name: 'queued-again-in-its-transaction',
    bug: 'an operation is put back into the queue by the transaction that has accepted and applied it',
    text: 'operations.xmin = (SELECT xmin FROM written) AND operations.cmin = (SELECT cmin FROM written)',
    instead: 'operations.xmin = (SELECT xmin FROM written)',
    tests: ['laws/constraints > in which it was accepted and has moved something'],
  },
  {
    name: 'law-counts-legs',
    bug: 'an operation moves its amount twice, under another leg',
    text: 'OR added.leg <> 0 AND operations.kind IS NULL',
    instead: '',
    tests: ['laws/movements > under another leg'],
  },
  {
    name: 'law-moves-what-failed',
    bug: 'an operation that has failed moves something',
    text: 'OR waiting.seq IS NOT NULL OR failure.operation_id IS NOT NULL OR added.leg <> 0',
    instead: 'OR waiting.seq IS NOT NULL OR added.leg <> 0',
    tests: ['laws/movements > it is applied after it has failed'],
  },
  {
    name: 'law-moves-what-waits',
    bug: 'an operation moves something and still waits, to move it again',
    text: 'WHEN operations.id IS NULL OR waiting.seq IS NOT NULL OR failure.operation_id IS NOT NULL',
    instead: 'WHEN operations.id IS NULL OR failure.operation_id IS NOT NULL',
    tests: ['laws/movements > a movement of an operation that still waits'],
  },
  {
    name: 'law-fails-what-moved',
    bug: 'an operation that has moved something fails as well',
    text: 'WHERE operations.id IS NULL OR waiting.seq IS NOT NULL OR movement.operation_id IS NOT NULL',
    instead: 'WHERE operations.id IS NULL OR waiting.seq IS NOT NULL',
    tests: ['laws/movements > it fails after it was applied'],
  },
  {
    name: 'law-fails-what-waits',
    bug: 'an operation has failed and still waits, to be applied',
    text: 'WHERE operations.id IS NULL OR waiting.seq IS NOT NULL OR movement.operation_id IS NOT NULL',
    instead: 'WHERE operations.id IS NULL OR movement.operation_id IS NOT NULL',
    tests: ['laws/movements > a failure of an operation that still waits'],
  },
  {
    name: 'law-fails-what-is-being-applied',
    bug: 'a line fails in one transaction while another applies it',
    text: 'ORDER BY accounts.id FOR NO KEY UPDATE OF accounts;',
    instead: 'ORDER BY accounts.id;',
    tests: ['laws/locks > a line of a batch ends once'],
  },
  {
    name: 'law-shares-keys',
    bug: 'an operation is accepted under the key of another',
    text: ") IS DISTINCT FROM added.id THEN 'operations_own_key'",
    instead: ") IS NULL THEN 'operations_own_key'",
    tests: ['laws/constraints > kept for another'],
  },
  {
    name: 'law-needs-no-key',
    bug: 'an operation is accepted with a key that nobody will find',
    text: ") IS DISTINCT FROM added.id THEN 'operations_own_key'",
    instead: ") <> added.id THEN 'operations_own_key'",
    tests: ['laws/constraints > with a key that is not kept'],
  },
  {
    name: 'law-keeps-any-key',
    bug: 'a key is taken for an operation that has another',
    text: 'WHERE added.key_hash IS DISTINCT FROM',
    instead: 'WHERE operations.idempotency_key IS NULL AND added.key_hash IS DISTINCT FROM',
    tests: ['laws/constraints > a second key of an operation'],
  },
  {
    name: 'law-believes-hashes',
    bug: 'a statement may say itself in which partition a wallet is',
    text: `CREATE OR REPLACE FUNCTION keep_wallet_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.wallet_hash := wallet_hash(NEW.wallet_id);`,
    instead: `CREATE OR REPLACE FUNCTION keep_wallet_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.wallet_hash := coalesce(NEW.wallet_hash, wallet_hash(NEW.wallet_id));`,
    tests: ['laws/binding > whatever statement'],
  },
  {
    name: 'double-application-blamed-on-the-operation',
    bug: 'an operation that was applied already is not seen as a fault of the ledger',
    text: "new Set(['movements_pkey', 'movements_from', 'movements_to', 'failures_pkey', 'holds_pkey'])",
    instead: "new Set(['entries_pkey', 'outcomes_pkey'])",
    tests: ['laws/movements > the ledger is at fault'],
  },
  {
    name: 'result-of-the-other-side',
    bug: "the result of an operation shows the treasury's balance and version as the wallet's",
    text: "const GAINING = listOf(({ to }) => to === 'wallet');",
    instead: "const GAINING = listOf(({ from }) => from === 'wallet');",
    tests: ['laws/sets-equal-plan', 'stories/operations'],
  },
  {
    name: 'what-waits-in-any-index',
    bug: 'after a quiet time, what is accepted is looked up by reading an index of what waits from end to end',
    text: '(wallet_id, seq) >= (added.wallet_id, added.seq) AND (wallet_id, seq) <= (added.wallet_id, added.seq) OFFSET 0',
    instead: 'wallet_id = added.wallet_id AND seq = added.seq OFFSET 0',
    tests: ['laws/plans-of-emptied-tables > what waits'],
  },
  {
    name: 'what-is-scheduled-in-any-index',
    bug: 'after a quiet time, what is scheduled is looked up by reading the index of the moments from end to end',
    text: '(execute_at, operation_id) >= (asked.execute_at, asked.id) AND (execute_at, operation_id) <= (asked.execute_at, asked.id)',
    instead: 'operation_id = asked.id',
    tests: ['laws/plans-of-emptied-tables > what is scheduled'],
  },
];
