/**
 * Makes of `read` what many may ask for at once: one read is under way at a time, and each who asks gets one that began after they
 * asked. A read that has begun may have missed what was committed since: the next one begins when it has ended, and serves all who
 * wait.
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
