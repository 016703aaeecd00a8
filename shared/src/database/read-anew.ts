/**
 * Wraps `read` for many concurrent callers: only one read runs at a time, and each caller gets one that began after its
 * call. A running read may have missed later commits: the next one begins when it has ended, and serves all waiting
 * callers.
 */
export function createReadAnew(read: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        running = read();
        return running;
      });
    return next;
  };
}
