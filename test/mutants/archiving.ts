import type { Mutant } from './mutant.ts';

/** Bugs in what may be deleted of history, in writing it to files, and in continuing from there. */
export const ARCHIVING: readonly Mutant[] = [
  {
    name: 'law-archives-what-waits',
    bug: 'an operation is deleted that waits in the queue',
    text: 'OR waiting.seq IS NOT NULL OR CASE WHEN failure.operation_id IS NULL',
    instead: 'OR CASE WHEN failure.operation_id IS NULL',
    tests: ['laws/archive-law > that waits'],
  },
  {
    name: 'law-archives-what-never-ended',
    bug: 'an operation is deleted that has neither moved anything nor failed',
    text: 'THEN (movement.from_version <= lost.version AND movement.to_version <= gained.version) IS NOT TRUE END',
    instead:
      'AND movement.operation_id IS NOT NULL THEN (movement.from_version <= lost.version AND movement.to_version <= gained.version) IS NOT TRUE END',
    tests: ['laws/archive-law > that has never ended'],
  },
  {
    name: 'law-archives-behind-a-checkpoint',
    bug: 'a movement is deleted that one of its accounts continues from',
    text: '(removed.operation_id < bound AND removed.from_version <= lost.version AND removed.to_version <= gained.version)',
    instead: '(removed.operation_id < bound AND removed.to_version <= gained.version)',
    tests: ['laws/archive-law > behind the checkpoint of one of its accounts'],
  },
  {
    name: 'law-archives-movements-first',
    bug: 'a movement is deleted while its operation stands, which then has never ended',
    text: `OR operation.id IS NOT NULL
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the movement of operation % is not in the archives'`,
    instead: `LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the movement of operation % is not in the archives'`,
    tests: ['laws/archive-law > whose operation is there'],
  },
  {
    name: 'law-takes-any-checkpoint',
    bug: 'an account continues from a balance that it never had',
    text: `WHERE (movement.operation_id, movement.balance, movement.created_at)
        IS DISTINCT FROM (changed.operation_id, changed.balance, changed.moved_at)
      OR (changed.operation_id`,
    instead: 'WHERE (changed.operation_id',
    tests: ['laws/archive-law > with another balance'],
  },
  {
    name: 'law-blind-to-checkpoints',
    bug: 'an account whose last movement is in the archives can never move again',
    text: `,
                   (SELECT balance FROM archive_checkpoints WHERE account_id = chained.account_id AND version = account.base_version)`,
    instead: '',
    tests: ['laws/archive > after one of the next month'],
  },
  {
    name: 'law-accepts-archived-operations',
    bug: 'an operation that is in the archives is accepted a second time',
    text: `WHEN added.id < (SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1) THEN 'operations_follow_archives'`,
    instead: '',
    tests: ['laws/archive-law > a second time'],
  },
  {
    name: 'archive-blind-to-stragglers',
    bug: 'what was applied after one of the next month is in the archives before it',
    text: 'WHERE earlier.operation_id >= $3',
    instead: 'WHERE false AND earlier.operation_id >= $3',
    tests: ['laws/archive > after one of the next month'],
  },
  {
    name: 'archive-takes-broken-chains',
    bug: 'a month is archived although a movement of an account is missing in it',
    text: `(reached.version - coalesce(base.version, 0), coalesce(base.balance, 0) + reached.change)`,
    instead: '(reached.movements, movement.balance)',
    tests: ['laws/archive > with incomplete movements'],
  },
  {
    name: 'archive-deletes-by-other-files',
    bug: 'what is in files that were changed meanwhile is deleted',
    text: 'if (wrong !== undefined)',
    instead: `if (wrong === '')`,
    tests: ['laws/archive-files > only deleted by its own files'],
  },
  {
    name: 'archive-verifies-only-counts',
    bug: 'movements that do not lead to the checkpoint of their account are not found',
    text: 'chain.movements !== reached.version - before.version || chain.one !== 0 || chain.other !== 0',
    instead: 'chain.movements !== reached.version - before.version',
    tests: ['laws/archive-files > every change to the files'],
  },
  {
    name: 'audit-begins-before-the-archive',
    bug: 'an audit takes what was archived since its last piece for missing',
    text: 'version > walk.version AS is_further',
    instead: 'false AS is_further',
    tests: ['laws/archive > interrupted within an account'],
  },
  {
    name: 'audit-wants-archived-operations-of-keys',
    bug: 'the audit names keys whose operations are in the archives',
    text: 'AND (operation.id IS NOT NULL OR (operation_id < ${ARCHIVED_BEFORE}) IS NOT TRUE)',
    instead: '',
    tests: ['laws/archive > months are written to the files'],
  },
];
