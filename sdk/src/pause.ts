const FIRST_MS = 200;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next attempt: as long as the service asks for, and beyond that anything up to a limit that
 * doubles with each attempt (full jitter), so that callers who failed together do not come back together.
 */
export function pauseAfter(attempts: number, retryAfterMs: number, random: () => number): number {
  return retryAfterMs + random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
}

/** @throws what the signal is aborted with */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
