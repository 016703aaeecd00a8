import Sequencer from '@jest/test-sequencer';

/**
 * The files that took longest on two quiet cores, in seconds. Jest remembers how long each took only where it has run before,
 * and otherwise goes by the size of the file, by which some of these come last.
 */
const SECONDS = {
  'laws/faults': 95,
  'laws/order-and-completeness': 83,
  'stories/start-as-root': 78,
  'stories/wrong-starts': 72,
  'laws/batch-order': 49,
  'laws/redis-refusals': 45,
  'laws/audit': 40,
  'laws/unread-bodies': 40,
  'laws/webhook-faults': 35,
  'stories/batches': 33,
  'stories/access-command': 30,
  'stories/start': 30,
  'stories/start-redis': 30,
  'laws/chaos': 30,
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
