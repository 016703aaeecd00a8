import closeWithGrace from 'close-with-grace';
import type { Logger } from './logger.ts';
import { asksForHelp } from './read-options.ts';
import { FAILED, tellFailure } from './tell-failure.ts';

/** Anything that starts can stop, twice. */
export interface Running {
  stop(): Promise<void>;
}

/** A process that does not stop by itself within this time is ended. */
const STOP_MS = 9_000;

/** Signals of a crash: caught, they would come again for ever. */
const CRASHES: closeWithGrace.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS', 'SIGFPE', 'SIGTRAP'];

/** What a started child tells its parent. */
export const READY = 'ready';

/** How a process is called, and what it is called with. */
export interface ProcessCommand<Order> {
  readonly help: string;
  /** What a failure is called, as "The API could not start". */
  readonly failed: string;
  /** @throws UsageError for what it does not know. */
  readonly read: (args: readonly string[]) => Order;
  readonly start: (order: Order) => Promise<{ log: Logger; running: Running }>;
}

/**
 * Runs a process until a signal or an unexpected error asks it to stop: the first SIGTERM or SIGINT stops it gracefully
 * (exit 0), a second one ends it at once (exit 1). A started child tells its parent when it is ready, and stops when that
 * goes away, also while it starts. What keeps it from starting ends it with a sentence and exit 2; `--help` prints its help
 * and starts nothing.
 */
export async function runProcess<Order>(command: ProcessCommand<Order>): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    process.stdout.write(`${command.help}\n`);
    return;
  }
  let stop = (): void => {
    process.exit(1);
  };
  process.once('disconnect', () => {
    stop();
  });
  const fail = (error: unknown): never => {
    tellFailure(error, command.failed);
    process.exit(FAILED);
  };
  process.once('uncaughtException', fail);
  const started = await Promise.resolve()
    .then(() => command.start(command.read(args)))
    .catch(fail);
  process.removeListener('uncaughtException', fail);
  const { log, running } = started;
  const grace = closeWithGrace({ delay: STOP_MS, logger: false, skip: CRASHES }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'process failed');
    else log.info({ signal }, 'process stopping');
    await running.stop();
    log.info('process stopped');
  });
  stop = () => {
    grace.close();
  };
  process.send?.(READY);
}
