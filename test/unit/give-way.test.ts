import { createLanes } from '@wallet/worker/drain/give-way';

/** Batches give way to single operations for a second after the last of these. */

const CONFIG = { transactions: 2, bulkTransactions: 3, batchLimit: 1_000, bulkLimit: 4_000 };

function read(lanes: ReturnType<typeof createLanes>, lane: 'high' | 'bulk'): number[] {
  return [lanes.transactions(lane), lanes.limit(lane), lanes.rest(lane, 10), lanes.rest(lane, 10_000)];
}

it('batches have all of their transactions while no single operations arrive', () => {
  expect(read(createLanes(CONFIG), 'bulk')).toEqual([3, 4_000, 0, 0]);
});

it('batches have one small transaction at a time, and pause after it, for a second after a single operation', () => {
  let now = 5_000;
  const lanes = createLanes(CONFIG, () => now);
  lanes.noteSingles();
  now += 999;
  expect(read(lanes, 'bulk')).toEqual([1, 250, 20, 250]);
  now += 1;
  expect(read(lanes, 'bulk')).toEqual([3, 4_000, 0, 0]);
});

it('single operations never give way', () => {
  const lanes = createLanes(CONFIG);
  expect(read(lanes, 'high')).toEqual([2, 1_000, 0, 0]);
  lanes.noteSingles();
  expect(read(lanes, 'high')).toEqual([2, 1_000, 0, 0]);
});
