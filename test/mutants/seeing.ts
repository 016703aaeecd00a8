import type { Mutant } from './mutant.ts';

/** Bugs in what the service reports of itself: why something waits, which workers run, and what ended in a minute. */
export const SEEING: readonly Mutant[] = [
  {
    name: 'turns-not-counted',
    bug: 'a line of a batch is taken to wait for no single operation of its priority',
    text: 'const lows = own.isHigh ? 0 : Math.min(queue.lows.length, before);',
    instead: 'const lows = 0;',
    tests: ['unit/forecast > what goes first', 'laws/ahead > take turns'],
  },
  {
    name: 'taken-along-not-counted',
    bug: 'an operation does not count those of low priority that go before it for its own wallet',
    text: 'return { high: countBelow(queue.highs, seq) + ownEarlier, bulk: 0 };',
    instead: 'return { high: countBelow(queue.highs, seq), bulk: 0 };',
    tests: ['unit/forecast > what goes first', 'laws/ahead > takes along'],
  },
  {
    name: 'later-ones-counted',
    bug: 'an operation counts all that wait in its partition, those behind it too',
    text: 'if ((numbers[middle] ?? Infinity) < limit) low = middle + 1;',
    instead: 'if ((numbers[middle] ?? Infinity) > 0) low = middle + 1;',
    tests: ['unit/forecast > what goes first', 'stories/why-it-waits > stopped worker'],
  },
  {
    name: 'worker-never-missed',
    bug: 'nothing says that no worker is there',
    text: 'areAway: () => workers !== null && !workers.some(isRecent),',
    instead: 'areAway: () => false,',
    tests: ['stories/why-it-waits > stopped worker'],
  },
  {
    name: 'sample-of-each-worker',
    bug: 'each worker writes the sample of a minute again, and the last one finds nothing to count',
    text: 'ON CONFLICT (at) DO NOTHING RETURNING at',
    instead: 'ON CONFLICT (at) DO UPDATE SET pending = 0 RETURNING at',
    tests: ['stories/status > one sample'],
  },
  {
    name: 'sampled-again',
    bug: 'what ended in one minute is counted in the next one too',
    text: 'UPDATE workers SET sampled_succeeded = unsampled.succeeded, sampled_failed = unsampled.failed',
    instead: 'UPDATE workers SET sampled_failed = unsampled.failed',
    tests: ['stories/status > one sample'],
  },
  {
    name: 'idle-time-counted',
    bug: 'a worker takes the time in which it has nothing to do for slowness',
    text: 'if (underWay === 0 && !isResting) countedUntil = begun;',
    instead: 'if (countedUntil === -Infinity) countedUntil = begun;',
    tests: ['unit/measure-lane'],
  },
];
