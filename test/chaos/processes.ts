import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '@wallet/local/child';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';

/** Where a process of the product stands. It is started again in the same place whatever becomes of it. */
export interface Slot {
  readonly name: string;
  readonly program: 'api' | 'worker';
  /** Starts it, and again until it is ready. */
  start(): Promise<void>;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code. */
  stop(): Promise<number | null>;
  pause(): void;
  resume(): void;
  /** Sets its clock off by this much. */
  shiftClock(ms: number): void;
}

const READY_MS = 20_000;
const START_MS = 60_000;
const STOP_MS = 12_000;
const SHIFT_CLOCK = fileURLToPath(new URL('shift-clock.js', import.meta.url));

/** `onDeath` is called with a process that ended without being asked to. */
export function createSlot(options: {
  name: string;
  program: 'api' | 'worker';
  env: Record<string, string>;
  logs: string;
  isBuilt: boolean;
  /** The folder of the sources or of what was built from them. */
  root?: string;
  onDeath: (sentence: string) => void;
}): Slot {
  const { name, program, root = PROJECT_ROOT } = options;
  const main = options.isBuilt
    ? ['--import', SHIFT_CLOCK, join(root, program, 'dist/main.js')]
    : [...RUN_SOURCE, '--import', SHIFT_CLOCK, join(root, program, 'src/main.ts')];
  mkdirSync(options.logs, { recursive: true });
  const logFile = join(options.logs, `${name}.log`);
  let child: Child | null = null;
  let isWanted = false;

  async function startOnce(): Promise<boolean> {
    const log = openSync(logFile, 'a');
    const started = startChild([process.execPath, ...main], {
      cwd: root,
      stdio: ['ignore', log, log, 'ipc'],
      env: { PATH: process.env['PATH'], ...options.env },
    });
    closeSync(log);
    child = started;
    const state = await Promise.race([
      started.said('ready').then(() => 'ready' as const),
      started.ended.then(() => 'ended' as const),
      delay(READY_MS, 'late' as const, { ref: false }),
    ]);
    if (state !== 'ready') await started.stop('SIGKILL', 0);
    else void started.ended.then((code) => isWanted && child === started && die(code));
    return state === 'ready';
  }

  function die(code: number | null): void {
    options.onDeath(`${name} ended by itself with code ${code}`);
    void slot.start();
  }

  const slot: Slot = {
    name,
    program,
    async start() {
      isWanted = true;
      const deadline = performance.now() + START_MS;
      while (!(await startOnce())) {
        if (performance.now() > deadline) throw new Error(`${name} does not start; see ${logFile}`);
        await delay(200);
      }
    },
    async kill() {
      isWanted = false;
      await child?.stop('SIGKILL', 0);
    },
    async stop() {
      isWanted = false;
      child?.process.kill('SIGCONT');
      return (await child?.stop('SIGTERM', STOP_MS)) ?? null;
    },
    pause: () => void child?.process.kill('SIGSTOP'),
    resume: () => void child?.process.kill('SIGCONT'),
    shiftClock(ms) {
      if (child?.process.connected) child.process.send({ shiftMs: ms });
    },
  };
  return slot;
}
