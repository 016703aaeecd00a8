/** The stop functions of everything started, in reverse order: at the end, after a failure, and after Ctrl-C. */
export interface Stops {
  /** @returns the same stop, for an earlier call; it runs once. */
  add(stop: () => unknown): () => Promise<void>;
  all(): Promise<void>;
}

function createStops(): Stops {
  const waiting = new Set<() => Promise<void>>();
  return {
    add(stop) {
      const once = async (): Promise<void> => {
        if (waiting.delete(once)) await stop();
      };
      waiting.add(once);
      return once;
    },
    async all() {
      for (const stop of [...waiting].reverse()) {
        await stop().catch((error: unknown) => process.stderr.write(`could not stop: ${String(error)}\n`));
      }
    },
  };
}

/** Runs `work`, and stops everything it started however it ends. A second signal ends the process at once. */
export async function withStops<Result>(work: (stops: Stops) => Promise<Result>): Promise<Result> {
  const stops = createStops();
  const interruptions: Promise<never>[] = [];
  const onSignal = (signal: NodeJS.Signals): void => {
    process.stderr.write(`${signal}: stopping what was started\n`);
    interruptions.push(stops.all().then(() => process.exit(130)));
  };
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    return await work(stops);
  } finally {
    // Failures caused by stopping are not reported.
    await Promise.all(interruptions);
    await stops.all();
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
