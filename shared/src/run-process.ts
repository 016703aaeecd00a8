import closeWithGrace from 'close-with-grace';
import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';

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

/**
 * Runs a process until a signal or an unexpected error asks it to stop: the first SIGTERM or SIGINT stops it gracefully
 * (exit 0), a second one ends it at once (exit 1). A started child tells its parent when it is ready, and stops when that
 * goes away, also while it starts. A wrong configuration ends it with its sentence and exit 2.
 */
export async function runProcess(start: () => Promise<{ log: Logger; running: Running }>): Promise<void> {
  let stop = (): void => {
    process.exit(1);
  };
  process.once('disconnect', () => {
    stop();
  });
  let started: { log: Logger; running: Running };
  try {
    started = await start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
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
