import { setTimeout as delay } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';

const WATCHED = ['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'Timeout'];
const SETTLE_MS = 3_000;
/** Handles left by a file continue to open and close: later files in this process cannot be judged. */
let hasLeaked = false;

/** Fails a test file that leaves a socket, server, process or timer open when its last hook has run. */
export default class LeakEnvironment extends TestEnvironment {
  async handleTestEvent(event, state) {
    if (event.name === 'run_start') this.before = countHandles();
    if (event.name !== 'run_finish' || hasLeaked) return;
    const leaks = await findLeaks(this.before);
    if (leaks === '') return;
    hasLeaked = true;
    // Thrown, it would hide the failures of the tests themselves.
    state.unhandledErrors.push(new Error(`handles were left open: ${leaks}`));
  }
}

/** @returns {Record<string, number>} */
function countHandles() {
  const open = process.getActiveResourcesInfo();
  return Object.fromEntries(WATCHED.map((kind) => [kind, open.filter((each) => each === kind).length]));
}

/** What is still open after a while, as words; empty if nothing is. */
async function findLeaks(before) {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const now = countHandles();
    const leaked = WATCHED.filter((kind) => now[kind] > before[kind]);
    if (leaked.length === 0 || Date.now() > deadline) {
      return leaked.map((kind) => `${kind} ${before[kind]} → ${now[kind]}`).join(', ');
    }
    await delay(20);
  }
}
