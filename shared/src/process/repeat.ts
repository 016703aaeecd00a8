/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. Never rejects. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });
}

export interface Repetition {
  /** Ends the pause, or waits for the current look; there is none after it. May be called again. */
  stop(): Promise<void>;
}

/**
 * Alternates between a pause and `look` until it is stopped: each look begins `pauseMs()` milliseconds after the
 * previous one ended, so looks never overlap and slow ones do not pile up.
 *
 * Errors are the look's own: if it rejects, that is an unhandled rejection and there is no other look.
 */
export function repeat(pauseMs: () => number, look: () => Promise<void>): Repetition {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    for (;;) {
      await sleep(pauseMs(), stopping.signal);
      if (stopping.signal.aborted) return;
      await look();
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
