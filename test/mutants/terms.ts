import type { Mutant } from './mutant.ts';

/** Bugs in the rules of holds, captures, releases, reversals and postings, and in how the drain applies them. */
export const TERMS: readonly Mutant[] = [
  {
    name: 'hold-captured-twice',
    bug: 'what was captured of a hold can be captured again',
    text: 'hold: { ...hold, captured: hold.captured + amount, released: hold.released + rest },',
    instead: 'hold: { ...hold, released: hold.released + rest },',
    tests: ['unit/terms'],
  },
  {
    name: 'rest-stays-held',
    bug: 'a final capture leaves what it does not take',
    text: 'const rest = final ? remaining - amount : 0n;',
    instead: 'const rest = 0n;',
    tests: ['unit/terms'],
  },
  {
    name: 'capture-reversed-into-the-hold',
    bug: 'what is taken back of a capture is held again, by no hold',
    text: 'original: { id, back: [{ leg: 0, from: to, to: account, amount }], reversed: 0n },',
    instead: 'original: { id, back: [{ leg: 0, from: to, to: held, amount }], reversed: 0n },',
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'committed-capture-reversed-into-the-hold',
    bug: 'what is taken back of a capture that was committed before is held again, by no hold',
    text: `CASE operations.type WHEN 'capture' THEN own.id ELSE movement.from_account_id END AS "to"`,
    instead: 'movement.from_account_id AS "to"',
    tests: ['laws/terms-drain'],
  },
  {
    name: 'reversed-without-end',
    bug: 'an operation can be reversed again and again',
    text: "if (left === 0n || amount > left) return 'reversal_exceeds_operation';",
    instead: "if (left === 0n) return 'reversal_exceeds_operation';",
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'reversed-from-the-front',
    bug: 'a posting is taken back from its first leg to its last',
    text: 'return { legs: legs.reverse(), original',
    instead: 'return { legs, original',
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'legs-before-the-refused-stay',
    bug: 'what a posting moved before the leg that is refused stays moved',
    text: `const accounts = new Overlay(books.accounts);
  const made`,
    instead: `const accounts = Object.assign(books.accounts, { commitTo: () => undefined });
  const made`,
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'frozen-hold-captured',
    bug: 'a hold of a frozen wallet is captured',
    text: "const asked = kind === 'capture' ? [from, to, own] : [from, to];",
    instead: 'const asked = [from, to];',
    tests: ['unit/terms'],
  },
  {
    name: 'frozen-hold-not-released',
    bug: 'what is held of a frozen wallet cannot go back',
    text: "if (kind !== 'release' && asked.some",
    instead: 'if (asked.some',
    tests: ['unit/terms'],
  },
  {
    name: 'leg-not-transferable',
    bug: 'a leg moves between wallets what may not be transferred',
    text: "if (!leg.transferable && !from.isSystem && !to.isSystem) return 'asset_not_transferable';",
    instead: '',
    tests: ['unit/terms', 'unit/reversals-and-postings'],
  },
  {
    name: 'house-below-zero',
    bug: 'every house account may go below zero',
    text: 'if (!from.mayGoNegative && from.balance',
    instead: 'if (!from.isSystem && from.balance',
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'unit-holds-although-it-failed',
    bug: 'a hold of an atomic batch that failed can be captured',
    text: 'const holds = new Overlay(current.holds);',
    instead: 'const { holds } = current;',
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'reversal-blind-to-its-transaction',
    bug: 'what was applied in the same transaction cannot be reversed',
    text: 'if (reversible?.has(operationId)) {',
    instead: 'if (reversible === undefined) {',
    tests: ['unit/reversals-and-postings'],
  },
  {
    name: 'accounts-of-terms-in-any-order',
    bug: 'accounts of operations with terms are locked in the order in which they are found: two transactions wait for each other',
    text: `WHERE accounts.system IS NULL AND (SELECT count(*) FROM systems) >= 0
             ORDER BY accounts.id FOR UPDATE OF accounts`,
    instead: `WHERE accounts.system IS NULL AND (SELECT count(*) FROM systems) >= 0
             ORDER BY accounts.id DESC FOR UPDATE OF accounts`,
    tests: ['laws/terms-races > in the order of their accounts'],
  },
  {
    name: 'one-read-for-two-reversals',
    bug: 'two reversals of one transfer in a transaction take it for an operation of two legs',
    text: 'return [...new Set(targets)];',
    instead: 'return targets;',
    tests: ['laws/terms-drain > in parts'],
  },
  {
    name: 'sets-lock-beside-terms',
    bug: 'the statement for sets locks wallets before the house accounts of the lines that it leaves',
    text: 'AND NOT EXISTS (SELECT FROM lines WHERE change IS NULL)',
    instead: '',
    tests: ['laws/terms-races > locks no wallet'],
  },
  {
    name: 'original-of-another-partition-not-locked',
    bug: 'an operation that was applied in another partition than that of its wallet cannot be reversed',
    text: 'ELSE (get_byte(uuid_send(original.id), 6) & 15) * 256 + get_byte(uuid_send(original.id), 7)\n                    END AS partition',
    instead: 'ELSE own.wallet_hash % settings.partitions END AS partition',
    tests: ['laws/terms-drain > in another partition'],
  },
];
