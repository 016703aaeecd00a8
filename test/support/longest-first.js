import Sequencer from '@jest/test-sequencer';

/**
 * The files that took longest on two quiet cores, in seconds. Jest remembers how long each took only where it has run before,
 * and otherwise goes by the size of the file, by which some of these come last.
 */
const SECONDS = {
  'laws/redis-refusals': 91,
  'laws/faults': 72,
  'stories/start-as-root': 65,
  'stories/console-pages': 62,
  'stories/several-processes': 62,
  'laws/slow-clients': 59,
  'laws/archive': 48,
  'laws/audit-terms': 44,
  'laws/hold-expiry': 44,
  'laws/audit-pieces': 43,
  'laws/audit-terms-live': 36,
  'stories/wrong-starts': 36,
  'laws/batch-order': 34,
  'laws/audit': 33,
  'stories/start-redis': 33,
  'laws/schedules': 32,
  'stories/start': 28,
  'laws/killed-workers-with-terms': 28,
  'laws/unread-bodies': 28,
  'stories/access': 27,
  'laws/stalls': 26,
  'laws/overload': 26,
  'stories/backup': 26,
  'laws/session-settings': 25,
  'laws/webhook-faults': 25,
  'laws/raced-postings-and-credit': 25,
  'stories/access-command': 25,
  'laws/late-operations': 25,
  'laws/batch-faults': 24,
  'stories/batch-command-again': 24,
  'stories/event-stream': 23,
  'stories/house-accounts': 23,
};

/** Starts with the files that take longest, so that none of them is left over when all others have ended. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const ordered = super.sort(tests);
    return ordered.toSorted((a, b) => secondsOf(b.path) - secondsOf(a.path));
  }
}

function secondsOf(path) {
  return SECONDS[/([^/]+\/[^/]+)\.test\.ts$/.exec(path)?.[1] ?? ''] ?? 0;
}
