import type { Lane } from '@wallet/shared/queue/doorbell';
import { answerRings } from '@wallet/worker/drain/answer-rings';
import type { PartitionState } from '@wallet/worker/drain/drain-partitions';
import { createFlow, pauseAfter } from '@wallet/worker/drain/flow';

let now = 0;
beforeEach(() => {
  now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

interface Ring {
  readonly flows: number;
  readonly lane: Lane;
  readonly tookMs: number;
  readonly stopAfter: number;
}

/** Answers one ring; each drain leaves the partition in the next of the states, and takes `tookMs`. */
async function answerOnce(
  states: PartitionState[],
  { flows = 0, lane = 'high', tookMs = 1, stopAfter = Infinity }: Partial<Ring> = {},
): Promise<{ left: PartitionState[]; rests: number; rungAgain: boolean }> {
  const left = [...states];
  const seen = { rests: 0, rungAgain: false };
  let drains = 0;
  const answers = answerRings({
    drains: {
      join() {
        now += tookMs;
        drains += 1;
        if (drains === stopAfter) answers.stop();
        return Promise.resolve(left.shift()!);
      },
    },
    flow: {
      applied: () => undefined,
      isOn: () => drains <= flows,
      gather() {
        seen.rests += 1;
        return Promise.resolve();
      },
    },
    ringAgain() {
      seen.rungAgain = true;
      return Promise.resolve();
    },
  });
  await answers.answer(7, lane);
  return { left, ...seen };
}

describe('answerRings', () => {
  it('drains until nothing is pending', async () => {
    expect(await answerOnce(['more', 'busy', 'more', 'empty', 'more'])).toEqual({
      left: ['more'],
      rests: 0,
      rungAgain: false,
    });
  });

  it('looks again after a pause for as long as single operations flow', async () => {
    expect(await answerOnce(['empty', 'empty', 'more', 'empty', 'more'], { flows: 3 })).toEqual({
      left: ['more'],
      rests: 2,
      rungAgain: false,
    });
  });

  it('does not look again for batches', async () => {
    expect(await answerOnce(['empty', 'more'], { flows: 3, lane: 'bulk' })).toEqual({
      left: ['more'],
      rests: 0,
      rungAgain: false,
    });
  });

  it('leaves a broken partition alone, whatever flows', async () => {
    expect(await answerOnce(['broken', 'more'], { flows: 3 })).toEqual({ left: ['more'], rests: 0, rungAgain: false });
  });

  it('rings again when its turn is over and something is left', async () => {
    expect(await answerOnce(['more', 'more', 'more', 'more'], { tookMs: 400 })).toEqual({
      left: ['more'],
      rests: 0,
      rungAgain: true,
    });
    expect(await answerOnce(['empty', 'empty', 'empty', 'more'], { tookMs: 400, flows: 9 })).toEqual({
      left: ['more'],
      rests: 2,
      rungAgain: false,
    });
  });

  it('takes no further turn once it is stopped', async () => {
    expect(await answerOnce(['more', 'more'], { stopAfter: 1 })).toEqual({ left: ['more'], rests: 0, rungAgain: true });
    expect(await answerOnce(['empty', 'more'], { stopAfter: 1, flows: 9 })).toEqual({
      left: ['more'],
      rests: 0,
      rungAgain: false,
    });
  });
});

describe('createFlow', () => {
  it('lasts for a moment after a transaction of many operations', () => {
    const flow = createFlow();
    expect(flow.isOn()).toBe(false);
    flow.applied(11);
    expect(flow.isOn()).toBe(false);
    flow.applied(12);
    expect(flow.isOn()).toBe(true);
    now += 99;
    flow.applied(1);
    expect(flow.isOn()).toBe(true);
    now += 1;
    expect(flow.isOn()).toBe(false);
  });

  it('lets drains that wait at the same moment start together, and others later', async () => {
    const flow = createFlow();
    const first = flow.gather();
    expect(flow.gather()).toBe(first);
    await first;
    const next = flow.gather();
    expect(next).not.toBe(first);
    await next;
  });

  it('pauses the longer the more was applied: at half of the full rate, operations wait less', () => {
    expect([0, 48, 96, 192, 500].map(pauseAfter)).toEqual([4, 4, 8, 16, 16]);
  });
});
