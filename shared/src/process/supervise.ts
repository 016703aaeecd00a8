import cluster, { type Worker } from 'node:cluster';
import { Counter, Gauge, Registry } from 'prom-client';
import { gatherMetrics } from './gather-metrics.ts';
import type { Logger } from './logger.ts';
import { READY, STOP } from './process-messages.ts';
import { sleep } from './repeat.ts';
import { FAILED } from './tell-failure.ts';

/**
 * The pause before a process that has ended is replaced: each is twice the previous one, unless the process ran for
 * long.
 */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const LONG_MS = 30_000;

interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Child {
  readonly worker: Worker;
  readonly startedAt: number;
  isReady: boolean;
  /** Whether it became ready, as soon as that is known. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<End>;
}

/**
 * Runs `count` processes of this program that share their listening ports: this process accepts the connections and
 * hands them out in turn. A process that ends is replaced. Resolves when all are ready.
 *
 * The first starts alone, so that a failure that affects all of them is reported once: then this process ends with the
 * same exit status. It also ends later if none is left and none can be started. When this process is killed, so are the
 * others.
 */
export async function supervise(count: number, log: Logger): Promise<{ stop(): Promise<void> }> {
  cluster.setupPrimary({ serialization: 'advanced' });
  const children = new Set<Child>();
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const metrics = createMetrics(() => [...children].filter(({ isReady }) => isReady).length);
  process.once('exit', () => {
    for (const { worker } of children) worker.process.kill('SIGKILL');
  });

  function start(): Child {
    const child = startChild();
    children.add(child);
    void child.ended.then(() => children.delete(child));
    metrics.add(child.worker);
    return child;
  }

  async function startAtFirst(): Promise<Child> {
    const child = start();
    if (!(await child.ready)) await endLike(child);
    return child;
  }

  /** Keeps one process running: each starts when the previous one has ended. */
  async function keep(child: Child): Promise<void> {
    let pauseMs = PAUSE_MS;
    for (let current = child; ; current = start()) {
      if (!(await current.ready) && ![...children].some(({ isReady }) => isReady)) {
        if (!isStopping()) await endLike(current);
      }
      const { code, signal } = await current.ended;
      if (isStopping()) return;
      if (performance.now() - current.startedAt > LONG_MS) pauseMs = PAUSE_MS;
      log.error({ ended_pid: current.worker.process.pid, code, signal, pause_ms: pauseMs }, 'process ended');
      await sleep(pauseMs, stopping.signal);
      if (isStopping()) return;
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      metrics.restarted();
    }
  }

  const first = await startAtFirst();
  const others = await Promise.all(Array.from({ length: count - 1 }, startAtFirst));
  for (const child of [first, ...others]) void keep(child);
  log.info({ processes: count }, 'processes ready');
  return {
    async stop() {
      stopping.abort();
      const ends = [...children].map(async ({ worker, isReady, ended }) => {
        if (worker.isConnected()) worker.send(STOP, () => undefined);
        return { ...(await ended), isReady };
      });
      // A process that was still starting has nothing to finish.
      const unfinished = (await Promise.all(ends)).filter(({ code, isReady }) => isReady && code !== 0);
      if (unfinished.length > 0) throw new Error('a process did not stop cleanly');
    },
  };
}

/** A process that ends before it is ready has reported why. */
async function endLike({ ended }: Child): Promise<never> {
  const { code } = await ended;
  process.exit(code ?? FAILED);
}

function startChild(): Child {
  const worker = cluster.fork();
  const ended = new Promise<End>((resolve) => {
    worker.once('exit', (code: number | null, signal: string | null) => {
      resolve({ code, signal });
    });
  });
  const ready = new Promise<boolean>((resolve) => {
    worker.on('message', (message: unknown) => {
      if (message !== READY) return;
      child.isReady = true;
      resolve(true);
    });
    void ended.then(() => {
      resolve(false);
    });
  });
  const child: Child = { worker, startedAt: performance.now(), isReady: false, ready, ended };
  return child;
}

function createMetrics(countReady: () => number) {
  const registry = new Registry();
  const registers = [registry];
  const all = gatherMetrics(registry);
  new Gauge({
    name: 'wallet_processes',
    help: 'Ready processes, of those that share the work',
    registers,
    collect() {
      this.set(countReady());
    },
  });
  const restarts = new Counter({
    name: 'wallet_process_restarts_total',
    help: 'Processes started to replace one that had ended',
    registers,
  });
  return {
    add: (worker: Worker): void => {
      all.add(worker);
    },
    restarted: () => {
      restarts.inc();
    },
  };
}
