import { setTimeout as delay } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';

const WATCHED = ['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'Timeout'];
const SETTLE_MS = 3_000;

/** Fails a test file that leaves a socket, server, process or timer open when its last hook has run. */
export default class LeakEnvironment extends TestEnvironment {
  async handleTestEvent(event) {
    if (event.name === 'run_start') this.before = countHandles();
    if (event.name === 'run_finish') await expectNoLeaks(this.before);
  }
}

/** @returns {Record<string, number>} */
function countHandles() {
  const open = process.getActiveResourcesInfo();
  return Object.fromEntries(WATCHED.map((kind) => [kind, open.filter((each) => each === kind).length]));
}

async function expectNoLeaks(before) {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const now = countHandles();
    const leaked = WATCHED.filter((kind) => now[kind] > before[kind]);
    if (leaked.length === 0) return;
    if (Date.now() > deadline) {
      const list = leaked.map((kind) => `${kind} ${before[kind]} → ${now[kind]}`).join(', ');
      throw new Error(`handles were left open: ${list}`);
    }
    await delay(20);
  }
}
