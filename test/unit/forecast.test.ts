import { type Place, aheadOf } from '@wallet/api/status/ahead-of';
import { addUp, estimateMs } from '@wallet/api/status/estimate';
import { judge } from '@wallet/api/status/reasons';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import type { Queue, QueuedPart } from '@wallet/shared/database/tables/queues';

const part = (batchId: string, pending: number, more: Partial<QueuedPart> = {}): QueuedPart => ({
  ...{ batchId, pending, isHigh: false, isAtomic: false },
  ...more,
});
const queue = (more: Partial<Queue>): Queue => ({
  ...{ partition: 0, at: new Date(), highs: [], lows: [], parts: [] },
  ...more,
});
const single = (seq: number, low: boolean, ownEarlier = 0): Place => ({ kind: 'single', seq, low, ownEarlier });
const line = (batchId: string, before: number): Place => ({ kind: 'line', batchId, before });

describe('what goes first', () => {
  const mixed = queue({
    highs: [3, 5, 9],
    lows: [1, 4, 7],
    parts: [part('a', 10), part('b', 2), part('urgent', 4, { isHigh: true }), part('whole', 5, { isAtomic: true })],
  });

  it.each<[string, Place, { high: number; bulk: number }]>([
    [
      'before one of high priority: those before it, and what it takes along',
      single(9, false, 2),
      { high: 4, bulk: 0 },
    ],
    [
      'before one of low priority: all of high, and as much of each batch',
      single(7, true),
      { high: 3, bulk: 2 + 4 + 5 + 2 + 2 },
    ],
    [
      'before a line of low priority: its turns, and those of the others',
      line('a', 6),
      { high: 3, bulk: 4 + 5 + 6 + 3 + 2 },
    ],
    ['before a line of high priority: lines of its batch', line('urgent', 3), { high: 3, bulk: 3 }],
    ['before a line of an atomic batch: no turns', line('whole', 4), { high: 3, bulk: 4 + 4 }],
    ['of a batch that is gone: lines of its batch', line('gone', 7), { high: 3, bulk: 7 }],
  ])('%s', (_name, place, expected) => {
    expect(aheadOf(mixed, place)).toEqual(expected);
  });

  it('a batch behind eight others waits until one of them is done', () => {
    const parts = Array.from({ length: 10 }, (_each, index) => part(`b${index}`, 100));
    expect(aheadOf(queue({ parts }), line('b7', 0)).bulk).toBe(0);
    expect(aheadOf(queue({ parts }), line('b8', 0)).bulk).toBe(100);
    expect(aheadOf(queue({ parts }), line('b9', 10)).bulk).toBe(200 + 10 + 7 * 10);
  });
});

describe('how long it takes', () => {
  const NOTHING: Omit<Backlog, 'partition'> = {
    ...{ high: 0, low: 0, lines: 0, batches: 0 },
    ...{ ageMs: 0, bulkAgeMs: 0, oldestMs: 0 },
  };
  const backlog = [{ high: 1_000 }, { high: 50 }, { high: 2_000, lines: 600 }].map((more, partition) => ({
    ...{ ...NOTHING, partition },
    ...more,
  }));
  const speed = (perSecond: number | null, drainMs: number | null, drainSize: number | null) => ({
    ...{ perSecond, drainMs, drainSize },
  });
  const speeds = { high: speed(1_000, 20, 20), bulk: speed(100, 50, 50) };

  it('partitions take turns, until they are empty', () => {
    const ahead = { high: 499, bulk: 0, isBulk: false };
    expect(estimateMs(speeds, backlog, 0, ahead)).toBe(500 + 50 + 500 + 10);
  });

  it('operations of low priority wait for everything of high, and for turns, of which the last is before or after', () => {
    const ahead = { high: 0, bulk: 120, isBulk: true };
    const waiting = [{ high: 10, lines: 600 }, { low: 90 }, { lines: 130 }, { lines: 40 }];
    const mixed = waiting.map((more, number) => ({ ...NOTHING, partition: number, ...more }));
    // Two turns of 50, and half of the third.
    const work = 125 + 90 + 130 + 40;
    expect(estimateMs(speeds, mixed, 2, ahead)).toBe(20 + 10 + work * 10 + 25);
  });

  it('it takes at least one transaction, and without a measured speed only little is known', () => {
    expect(estimateMs(speeds, [], 0, { high: 0, bulk: 0, isBulk: false })).toBe(30);
    const unmeasured = { high: speed(null, 20, 1), bulk: speed(null, null, null) };
    expect(estimateMs(unmeasured, [], 0, { high: 3, bulk: 0, isBulk: false })).toBe(30);
    expect(estimateMs(unmeasured, [], 0, { high: 32, bulk: 0, isBulk: false })).toBeNull();
    expect(estimateMs(unmeasured, [], 0, { high: 0, bulk: 0, isBulk: true })).toBeNull();
  });

  it('speeds of workers add up', () => {
    const none = speed(null, null, null);
    const other = { high: speed(500, 40, 60), bulk: none };
    expect(addUp([speeds, other])).toEqual({ high: speed(1_500, 30, 40), bulk: speed(100, 50, 50) });
    expect(addUp([])).toEqual({ high: none, bulk: none });
  });

  it('no worker is missing as long as nothing has waited', () => {
    const reasons = (oldestMs: number, workersAreAway: boolean) =>
      judge({ database: 'up', queue: 'up', backlog: [{ ...NOTHING, partition: 0, oldestMs }], workersAreAway });
    expect(reasons(9_000, true)).toEqual([]);
    expect(reasons(11_000, false)).toEqual([]);
    expect(reasons(11_000, true)).toEqual(['no_worker']);
  });
});
