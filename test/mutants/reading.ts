import type { Mutant } from './mutant.ts';

/** Bugs in reading history, and the feed as it grows. */
export const READING: readonly Mutant[] = [
  {
    name: 'statement-not-held-together',
    bug: 'a statement of which lines have disappeared is sent as if it were whole',
    text: 'line.version !== last.version + 1n || line.balance !== last.balance + line.amount',
    instead: 'line.version > upTo',
    tests: ['laws/statements > breaks off'],
  },
  {
    name: 'statement-closes-at-present',
    bug: 'a statement of a time that is over closes with the balance of the present',
    text: "${balanceAt('upto')} AS closing",
    instead: '(SELECT balance FROM accounts WHERE accounts.id = range.id)::bigint AS closing',
    tests: ['stories/statement > from is included'],
  },
  {
    name: 'stuck-listener-fed',
    bug: 'a listener that takes nothing has the process keep everything for it',
    text: 'over.signal.aborted || to.writableLength > UNTAKEN_BYTES',
    instead: 'over.signal.aborted || to.writableLength > 2 ** 40 * UNTAKEN_BYTES',
    tests: ['laws/event-streams > reads nothing'],
  },
  {
    name: 'listener-told-of-other-types',
    bug: 'a listener gets events of types that it did not ask for',
    text: 'frames.filter(({ type }) => types === null || types.includes(type))',
    instead: 'frames.filter(({ type }) => types === null || type !== null)',
    tests: ['stories/event-stream > of the types it asks for'],
  },
  {
    name: 'listener-with-a-revoked-key',
    bug: 'a listener keeps listening when its key is revoked',
    text: 'if (!(await stillMay())) end();',
    instead: 'await stillMay();',
    tests: ['stories/event-stream > ends when its key is revoked'],
  },
  {
    name: 'last-event-id-ignored',
    bug: 'a client that connects again begins where it began at first',
    text: "const last = input.header('Last-Event-ID') ?? '';",
    instead: "const last = (input.header('Last-Event-ID') ?? '').slice(0, 0);",
    tests: ['stories/event-stream > continues behind the place'],
  },
  {
    name: 'end-of-the-feed-not-followed',
    bug: 'a listener that has read everything is sent nothing that comes after it',
    text: 'if (bytes.length > 0) to.write(bytes);',
    instead: 'if (bytes.length < 0) to.write(bytes);',
    tests: ['stories/event-stream > its place in the feed'],
  },
];
