import { countOperations } from '@wallet/worker/signs/count-operations';
import { measureLane } from '@wallet/worker/signs/measure-lane';

/** The measurements that workers report. */
let now: number;
const clock = () => now;
beforeEach(() => {
  now = 1_000;
});

function drain(lane: ReturnType<typeof measureLane>, ms: number, operations: number, leftMore = false): void {
  const end = lane.begin();
  now += ms;
  end(operations, leftMore);
}

it('the speed of a lane counts only busy time', () => {
  const lane = measureLane(clock);
  expect(lane.read()).toEqual({ perSecond: null, drainMs: null, drainSize: null });
  drain(lane, 100, 200);
  now += 60_000;
  drain(lane, 100, 200);
  expect(lane.read()).toEqual({ perSecond: 2_000, drainMs: 100, drainSize: 200 });
  // A pause between two transactions is part of it while more is pending.
  drain(lane, 100, 200, true);
  now += 100;
  drain(lane, 100, 200);
  expect(lane.read().perSecond).toBeLessThan(1_700);
});

it('transactions that overlap share their time', () => {
  const lane = measureLane(clock);
  const [first, second] = [lane.begin(), lane.begin()];
  now += 100;
  first(200, false);
  second(200, false);
  expect(lane.read().perSecond).toBe(4_000);
});

it('a small transaction says nothing about the speed, unless it is as large as possible', () => {
  const lane = measureLane(clock);
  drain(lane, 10, 1);
  expect(lane.read()).toEqual({ perSecond: null, drainMs: 10, drainSize: 1 });
  drain(lane, 10, 20, true);
  expect(lane.read().perSecond).toBe(2_000);
});

it('old measurements count little', () => {
  const lane = measureLane(clock);
  for (let count = 0; count < 100; count += 1) drain(lane, 100, 1_000);
  for (let count = 0; count < 300; count += 1) drain(lane, 100, 100);
  expect(lane.read().perSecond).toBeLessThan(1_300);
});

it('a minute ends after a minute', () => {
  const counter = countOperations(clock);
  counter.count({ succeeded: 5, failed: 1 });
  expect(counter.read()).toEqual({ all: { succeeded: 5, failed: 1 }, lastMinute: { succeeded: 5, failed: 1 } });
  now += 40_000;
  counter.count({ succeeded: 2, failed: 0 });
  expect(counter.read().lastMinute).toEqual({ succeeded: 7, failed: 1 });
  now += 30_000;
  expect(counter.read()).toEqual({ all: { succeeded: 7, failed: 1 }, lastMinute: { succeeded: 2, failed: 0 } });
});
