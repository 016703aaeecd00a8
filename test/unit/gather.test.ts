import { setImmediate as settle } from 'node:timers/promises';
import { gather, shareRun } from '@wallet/shared/process/gather';
import { repeat, sleep } from '@wallet/shared/process/repeat';

/** Work whose runs are kept, and end when the test says so. */
function keepRuns() {
  const runs: { readonly items: readonly number[]; end(): void }[] = [];
  const work = (items: readonly number[]): Promise<void> =>
    new Promise((resolve) => {
      runs.push({ items, end: resolve });
    });
  const end = async (): Promise<void> => {
    runs.at(-1)!.end();
    await settle();
  };
  return { runs, work, end, seen: () => runs.map(({ items }) => items) };
}

describe('gather', () => {
  it('runs at once if no run is in progress, and next with the gathered items, each once', async () => {
    const { work, end, seen } = keepRuns();
    const gathering = gather(work);
    gathering.add([1]);
    expect(seen()).toEqual([[1]]);
    gathering.add([2, 1]);
    gathering.add([3, 2]);
    await end();
    expect(seen()).toEqual([[1], [2, 1, 3]]);
    await end();
    gathering.add([4]);
    expect(seen()).toEqual([[1], [2, 1, 3], [4]]);
    await end();
  });

  it('gives a run no more than the limit, in the order in which items were added', async () => {
    const { work, end, seen } = keepRuns();
    const gathering = gather(work, { limit: 2 });
    gathering.add([5, 4, 3, 2, 1]);
    await end();
    await end();
    expect(seen()).toEqual([[5, 4], [3, 2], [1]]);
    await end();
  });

  it('continues after it was given nothing', () => {
    const { work, seen } = keepRuns();
    const gathering = gather(work);
    gathering.add([]);
    gathering.add([1]);
    expect(seen()).toEqual([[1]]);
  });

  it('is idle when all waiting items are done, or were dropped', async () => {
    const { runs, work, end } = keepRuns();
    const gathering = gather(work);
    await gathering.idle();
    let isIdle = false;
    gathering.add([1]);
    gathering.add([2]);
    void gathering.idle().then(() => {
      isIdle = true;
    });
    await end();
    expect([isIdle, runs.length]).toEqual([false, 2]);
    gathering.add([3]);
    gathering.clear();
    await end();
    expect([isIdle, runs.length]).toEqual([true, 2]);
  });
});

describe('shareRun', () => {
  it('gives all callers during a run its result or its error, and then runs again', async () => {
    const outcomes = [Promise.resolve(1), Promise.reject(new Error('no')), Promise.resolve(3)];
    const share = shareRun(() => outcomes.shift()!);
    expect(await Promise.all([share(), share()])).toEqual([1, 1]);
    const failed = await Promise.allSettled([share(), share()]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await share()).toBe(3);
  });
});

describe('repeat', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('looks after each pause, which begins when the look before it has ended', async () => {
    const { runs, work, seen } = keepRuns();
    let pause = 100;
    const repetition = repeat(
      () => pause,
      () => work([pause]),
    );
    await jest.advanceTimersByTimeAsync(99);
    expect(seen()).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_001);
    expect(seen()).toEqual([[100]]);
    pause = 50;
    runs[0]!.end();
    await jest.advanceTimersByTimeAsync(50);
    expect(seen()).toEqual([[100], [50]]);
    runs[1]!.end();
    await repetition.stop();
  });

  it('stops at once while it sleeps, and twice', async () => {
    const { work, seen } = keepRuns();
    const repetition = repeat(
      () => 100,
      () => work([]),
    );
    await Promise.all([repetition.stop(), repetition.stop()]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([seen(), jest.getTimerCount()]).toEqual([[], 0]);
  });

  it('waits for the current look when it is stopped, and looks no more', async () => {
    const { runs, work } = keepRuns();
    const repetition = repeat(
      () => 100,
      () => work([]),
    );
    await jest.advanceTimersByTimeAsync(100);
    let isStopped = false;
    const stopped = repetition.stop().then(() => {
      isStopped = true;
    });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(isStopped).toBe(false);
    runs[0]!.end();
    await stopped;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs.length).toBe(1);
  });

  it('sleeps no longer than until the signal', async () => {
    const stopping = new AbortController();
    const sleeping = sleep(1_000, stopping.signal);
    stopping.abort();
    await sleeping;
    await sleep(1_000, stopping.signal);
    expect(jest.getTimerCount()).toBe(0);
  });
});
