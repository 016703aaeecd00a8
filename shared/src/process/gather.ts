/** Work of which one run is under way at a time, while the items for the next one gather. */
export interface Gathering<Item> {
  /** Adds items to what waits, each once, and begins a run at once if none is under way. */
  add(items: Iterable<Item>): void;
  /** Drops what waits. The run under way is completed. */
  clear(): void;
  /** Resolves when nothing waits and no run is under way. */
  idle(): Promise<void>;
}

/**
 * One runs, the rest gathers: `work` gets what waits, in the order in which it was added and at most `limit` items, and when it
 * ends it gets what was added meanwhile. There is no timer: alone, an item goes at once; under load, runs grow with it. A rest
 * between two runs is the end of `work`. How much may wait is for the caller to limit.
 *
 * Errors are the work's own: if it rejects, that is an unhandled rejection and nothing runs after it.
 */
export function gather<Item>(
  work: (items: readonly Item[]) => Promise<void>,
  { limit = Infinity }: { limit?: number } = {},
): Gathering<Item> {
  const waiting = new Set<Item>();
  let running: Promise<void> | null = null;

  function take(): Item[] {
    const taken: Item[] = [];
    for (const item of waiting) {
      if (taken.length >= limit) break;
      taken.push(item);
    }
    for (const item of taken) waiting.delete(item);
    return taken;
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) await work(take());
    running = null;
  }

  return {
    add(items) {
      for (const item of items) waiting.add(item);
      // With nothing to do, a run would have ended before it is noted as running.
      if (waiting.size > 0) running ??= run();
    },
    clear() {
      waiting.clear();
    },
    async idle() {
      await running;
    },
  };
}

/**
 * Makes a function that shares one run of `work`: who calls while it is under way gets the result, or the error, of that run.
 * A call after its end begins another.
 */
export function shareRun<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}
