import cluster from 'node:cluster';
import closeWithGrace from 'close-with-grace';
import { ConfigError } from '../words/config-error.ts';
import type { Logger } from './logger.ts';
import { READY, STOP } from './process-messages.ts';
import { asksForHelp } from './read-options.ts';
import { supervise } from './supervise.ts';
import { FAILED, tellFailure } from './tell-failure.ts';

/** Anything that starts can stop, twice. */
export interface Running {
  stop(): Promise<void>;
}

/** A process that does not stop by itself within this time is killed. */
const STOP_MS = 9_000;

/** Crash signals: a handler would see them raised again endlessly. */
const CRASHES: closeWithGrace.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS', 'SIGFPE', 'SIGTRAP'];

/** Signals that request a stop. */
const ENDS: closeWithGrace.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

/** Stops the process gracefully because it can no longer do its work: `sentence` says why, and what to do. */
export type EndItself = (sentence: string) => void;

/** The name of a process, and its arguments. */
export interface ProcessCommand<Order> {
  readonly help: string;
  /** The name of a failure, such as "The API could not start". */
  readonly failed: string;
  /** @throws UsageError for unknown arguments. */
  readonly read: (args: readonly string[]) => Order;
  readonly start: (order: Order, endItself: EndItself) => Promise<{ log: Logger; running: Running }>;
  /** How many processes to start, and the logger of their supervisor if there are several. */
  readonly processes?: (order: Order) => number;
  readonly createLog?: (order: Order) => Logger;
}

/**
 * Runs a process until a signal or an unexpected error asks it to stop: the first SIGTERM or SIGINT stops it gracefully
 * (exit 0), a second one ends it at once (exit 1). A started child tells its parent when it is ready, and stops when
 * the parent goes away, even while it starts. A failure to start, or to continue later, ends it with a sentence and
 * exit 2; `--help` prints its help and starts nothing.
 *
 * If several processes are requested, this one starts and supervises them, and all of that holds for them together.
 */
export async function runProcess<Order>(command: ProcessCommand<Order>): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    process.stdout.write(`${command.help}\n`);
    return;
  }
  let misfit: string | null = null;
  let stop = (): void => {
    process.exit(misfit === null ? 1 : FAILED);
  };
  const endItself = (sentence: string): void => {
    if (misfit === null) tellFailure(new ConfigError(sentence), command.failed);
    misfit = sentence;
    stop();
  };
  process.once('disconnect', () => {
    stop();
  });
  const fail = (error: unknown): never => {
    tellFailure(error, command.failed);
    process.exit(FAILED);
  };
  process.once('uncaughtException', fail);
  if (cluster.isWorker) {
    // Repeated requests change nothing: the supervisor decides when it has taken too long.
    for (const signal of ENDS) process.on(signal, () => stop());
    process.on('message', (message) => {
      if (message === STOP) stop();
    });
  }
  const started = await Promise.resolve()
    .then(() => startOrSupervise(command, command.read(args), endItself))
    .catch(fail);
  process.removeListener('uncaughtException', fail);
  const { log, running } = started;
  const skip = cluster.isWorker ? [...CRASHES, ...ENDS] : CRASHES;
  let closing = false;
  const grace = closeWithGrace({ delay: STOP_MS, logger: false, skip }, async ({ signal, err }) => {
    closing = true;
    if (err) log.fatal({ err }, 'process failed');
    else if (misfit !== null) log.fatal({ reason: misfit }, 'process stopping');
    else log.info({ signal }, 'process stopping');
    await running.stop();
    log.info('process stopped');
    if (misfit !== null) process.exit(FAILED);
  });
  stop = () => {
    if (!closing) grace.close();
  };
  process.send?.(READY);
}

async function startOrSupervise<Order>(command: ProcessCommand<Order>, order: Order, endItself: EndItself) {
  const count = command.processes?.(order) ?? 1;
  if (cluster.isWorker || count === 1 || command.createLog === undefined) return command.start(order, endItself);
  const log = command.createLog(order);
  return { log, running: await supervise(count, log) };
}
