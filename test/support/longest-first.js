import Sequencer from '@jest/test-sequencer';

/**
 * The files that took longest on two quiet cores, in seconds. Jest remembers how long each took only where it has run before,
 * and otherwise goes by the size of the file, by which some of these come last.
 */
const SECONDS = {
  'laws/faults': 84,
  'laws/redis-refusals': 83,
  'stories/start-as-root': 80,
  'stories/wrong-starts': 45,
  'laws/batch-order': 65,
  'stories/several-processes': 45,
  'laws/slow-clients': 60,
  'laws/order-and-completeness': 15,
  'laws/audit': 20,
  'laws/killed-workers-with-terms': 45,
  'stories/access-command': 33,
  'laws/webhook-faults': 31,
  'laws/audit-pieces': 31,
  'stories/access': 23,
  'stories/processes': 23,
  'laws/overload': 22,
  'stories/start': 20,
  'stories/start-redis': 20,
  'laws/batch-faults': 20,
  'stories/batch-command-again': 20,
  'laws/movements-migration': 20,
  'stories/batches': 20,
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
