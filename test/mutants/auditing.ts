import type { Mutant } from './mutant.ts';

/** Bugs in the audit: what it does not see, and where it loses its place. */
export const AUDITING: readonly Mutant[] = [
  {
    name: 'audit-blind-to-failed-expiries',
    bug: 'an overdue hold whose expiry failed is not named',
    text: 'AND expiries.accepted = expiries.failed',
    instead: 'AND expiries.accepted = 0',
    tests: ['laws/hold-expiry > expires again'],
  },
  {
    name: 'audit-blind-to-partitions',
    bug: 'the audit does not see that an operation was posted to the treasury of another partition',
    text: '.partition = CASE WHEN operations.batch_id IS NULL',
    instead: '.partition >= CASE WHEN true THEN 0 WHEN operations.batch_id IS NULL',
    tests: ['laws/audit > of another partition'],
  },
  {
    name: 'audit-blind-to-balances',
    bug: 'the audit does not see that a running balance is not continued',
    text: ')) FILTER (WHERE at_version <> before_version + 1 OR at_balance <> before_balance + amount)',
    instead: ')) FILTER (WHERE at_version <> before_version + 1)',
    tests: ['laws/audit > a running balance changed'],
  },
  {
    name: 'audit-blind-to-order',
    bug: 'the audit does not see that operations were applied in another order',
    text: ')) FILTER (WHERE at_accepted < accepted_before)',
    instead: ')) FILTER (WHERE false)',
    tests: ['laws/audit > an order that is not that of acceptance'],
  },
  {
    name: 'audit-blind-to-lost-operations',
    bug: 'the audit does not see that an operation is neither pending nor final',
    text: 'WHEN unfinished.wallet_id IS NOT NULL AND queued.waits IS NULL AND part.waits IS NULL',
    instead: 'WHEN false',
    tests: ['laws/audit > an operation lost'],
  },
  {
    name: 'audit-blind-to-batches',
    bug: 'the audit does not see that a batch counts more than its lines',
    text: "const FACTS = ['lines', 'amount', 'succeeded', 'succeededAmount', 'failed', 'failedAmount'] as const;",
    instead: "const FACTS = ['lines', 'amount'] as const;",
    tests: ['laws/batch-law > the audit names'],
  },
  {
    name: 'audit-without-a-snapshot',
    bug: 'the audit takes what happens between two of its statements for a violation',
    text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;',
    instead: 'SET TRANSACTION READ ONLY;',
    tests: ['laws/audit-pieces > finds nothing wrong with a batch'],
  },
  {
    name: 'audit-adds-up-what-goes-on',
    bug: 'the audit adds up from several snapshots the outcomes of lines that were pending in the first of them',
    text: 'await readBound(client, { after, upTo: passed }, rows)',
    instead: 'await readBound(client, { after, upTo: highest }, rows)',
    tests: ['laws/audit-pieces > finds nothing wrong with a batch'],
  },
  {
    name: 'audit-loses-its-place',
    bug: 'the audit passes over a movement where it resumes a long account',
    text: 'seen: String(BigInt(next) - 1n)',
    instead: 'seen: next',
    tests: ['laws/audit-pieces > holds no snapshot'],
  },
  {
    name: 'audit-trusts-what-is-broken',
    bug: 'the audit keeps a checkpoint of an account in which it has found something wrong',
    text: 'if (isSound) checkpoints.push(reached);',
    instead: 'checkpoints.push(reached);',
    tests: ['laws/audit-pieces > begins from the checkpoints'],
  },
  {
    name: 'audit-checkpoint-too-late',
    bug: 'the checkpoint of operations passes ids that may still be added',
    text: "const LATE = '10 minutes';",
    instead: "const LATE = '0 minutes';",
    tests: ['laws/audit-pieces > keeps checkpoints'],
  },
  {
    name: 'audit-forgets-what-it-found',
    bug: 'an audit that is continued does not count what it had found before',
    text: 'let { violations, place } = run;',
    instead: 'let [violations, place] = [0, run.place];',
    tests: ['laws/audit-pieces > continues an audit'],
  },
];
