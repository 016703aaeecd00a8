import type { Mutant } from './mutant.ts';

/** Bugs in how batches are accepted, all or nothing, and applied in sets: P1 to P4. */
export const BATCHES: readonly Mutant[] = [
  {
    name: 'batch-stored-not-looked-for',
    bug: 'a batch that was committed as its connection broke is refused',
    text: 'const isStored = (await findBatch(storing, { id }).catch(() => null)) !== null;',
    instead: 'const isStored = await Promise.resolve(false);',
    tests: ['stories/batch-storing > its COMMIT is lost'],
  },
  {
    name: 'bad-line-dropped',
    bug: 'a batch is accepted without its bad lines',
    text: "if (bad > 0) throw refused(`${bad} of ${lines} lines ${bad === 1 ? 'is' : 'are'} not valid.`, errors);",
    instead: 'if (bad === lines) throw refused(`${bad} lines are not valid.`, errors);',
    tests: ['stories/batches'],
  },
  {
    name: 'repeated-line-dropped',
    bug: 'of two lines with one key, the second is dropped without a word',
    text: 'if (added < count) throw await explainMissing(client, batch.id, columns);',
    instead: '',
    tests: ['stories/batches'],
  },
  {
    name: 'batch-key-without-its-lines',
    bug: "a batch's key that is used again with other lines answers with the first batch",
    text: 'if (earlier.requestHash === requestHash)',
    instead: 'if (requestHash)',
    tests: ['stories/batches', 'laws/batch-acceptance'],
  },
  {
    name: 'line-key-without-its-request',
    bug: "a line's key that was used for another request answers with that operation",
    text: 'if (first.requestHash === draft.requestHash) {',
    instead: 'if (first.requestHash) {',
    tests: ['stories/batches'],
  },
  {
    name: 'atomic-batch-apart',
    bug: 'the lines of an atomic batch wait in several partitions, and succeed or fail apart',
    text: 'const partition = isAtomic ? only : own;',
    instead: 'const partition = own;',
    tests: ['stories/batches > with the reason on the line'],
  },
  {
    name: 'batch-ends-early',
    bug: 'a batch is finished when the first of its partitions is',
    text: 'CASE WHEN open_parts = closed.parts THEN',
    instead: 'CASE WHEN open_parts >= closed.parts THEN',
    tests: ['stories/batches', 'laws/batch-order'],
  },
  {
    name: 'line-applied-again',
    bug: 'a line that an operation of high priority took along is read once more',
    text: 'WHERE id > place.after_id AND id <= place.last_id AND ${HAS_NOT_ENDED}',
    instead: 'WHERE id > place.after_id AND id <= place.last_id',
    tests: ['laws/batch-order > batches and single operations'],
  },
  {
    name: 'sets-below-zero',
    bug: 'lines are applied in sets although a debit among them is not covered on its way',
    text: 'balance BETWEEN -credit_limit AND $5::bigint',
    instead: 'balance <= $5::bigint',
    tests: ['laws/batch-sets > with a debit that is not covered'],
  },
  {
    name: 'sets-without-credit',
    bug: 'lines that only a credit limit covers are never applied in sets',
    text: 'balance BETWEEN -credit_limit AND $5::bigint',
    instead: 'balance BETWEEN 0 AND $5::bigint',
    tests: ['laws/batch-sets > on credit'],
  },
  {
    name: 'sets-overtake',
    bug: 'lines are applied in sets although an earlier operation waits for their wallet',
    text: 'WHERE partition = $1 AND NOT low AND seq < parts.seq)',
    instead: 'WHERE partition = $1 AND NOT low AND seq < 0)',
    tests: ['laws/batch-sets > behind an operation that was accepted before'],
  },
  {
    name: 'sets-of-a-frozen-wallet',
    bug: 'lines are applied in sets although their wallet is frozen',
    text: "locked.status = 'active' AND treasuries.status = 'active' AS is_active",
    instead: "treasuries.status = 'active' AS is_active",
    tests: ['laws/batch-sets > with a frozen wallet'],
  },
  {
    name: 'sets-leave-a-line-out',
    bug: 'a full set is taken to be the last: what is left of the batch is never applied',
    text: 'CASE WHEN lines < $2 THEN part.last_id',
    instead: 'CASE WHEN lines <= $2 THEN part.last_id',
    tests: ['laws/batch-sets > applies credits and debits'],
  },
  {
    name: 'sets-credit-the-frozen',
    bug: 'the statement for sets does what the rules of the ledger refuse: it credits and debits a frozen wallet',
    text: "locked.status = 'active' AND treasuries.status = 'active' AS is_active",
    instead: "locked.status <> 'closed' AND treasuries.status = 'active' AS is_active",
    tests: ['laws/sets-equal-plan'],
  },
  {
    name: 'sets-credit-another-wallet',
    bug: 'the statement for sets moves all of an asset on one of the wallets',
    text: 'FROM lines JOIN accounts ON accounts.wallet_id = lines.wallet_id',
    instead: `FROM lines JOIN accounts ON accounts.wallet_id =
      (SELECT max(other.wallet_id::text)::uuid FROM lines AS other WHERE other.asset_id = lines.asset_id)`,
    tests: ['laws/sets-equal-plan'],
  },
  {
    name: 'sets-skip-a-wallet-that-was-there',
    bug: 'of several lines on one wallet, the statement for sets applies the first',
    text: 'WHERE id > part.after_id AND id <= part.last_id AND ${HAS_NOT_ENDED}',
    instead: `WHERE id > part.after_id AND id <= part.last_id AND \${HAS_NOT_ENDED}
        AND NOT EXISTS (SELECT FROM operations AS earlier WHERE earlier.id > part.after_id AND earlier.id < operations.id
                        AND earlier.wallet_id = operations.wallet_id)`,
    tests: ['laws/sets-equal-plan'],
  },
];
