const WATCHED = ['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'Timeout'];
const SETTLE_MS = 3_000;

type Handles = Record<string, number>;

/** The sockets, servers, processes and timers that keep this process alive. */
export function countHandles(): Handles {
  const counts: Handles = Object.fromEntries(WATCHED.map((kind) => [kind, 0]));
  for (const kind of process.getActiveResourcesInfo()) if (kind in counts) counts[kind]! += 1;
  return counts;
}

/** Fails if there are more of them than `before`, some time after everything was stopped. */
export async function expectNoLeaks(before: Handles): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const now = countHandles();
    // The timer of this very loop does not count.
    const leaked = WATCHED.filter((kind) => now[kind]! > before[kind]!);
    if (leaked.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `handles were left open: ${leaked.map((kind) => `${kind} ${before[kind]} → ${now[kind]}`).join(', ')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
