import closeWithGrace from 'close-with-grace';
import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';

/** Anything that starts can stop, twice. */
export interface Running {
  stop(): Promise<void>;
}

/** A process that does not stop by itself within this time is ended. */
const STOP_MS = 9_000;

/**
 * Runs a process until a signal or an unexpected error asks it to stop: the first SIGTERM or SIGINT stops it gracefully
 * (exit 0), a second one ends it at once (exit 1). A started child also stops when its parent goes away.
 */
export async function runProcess(start: () => Promise<{ log: Logger; running: Running }>): Promise<void> {
  let started: { log: Logger; running: Running };
  try {
    started = await start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  const { log, running } = started;
  const grace = closeWithGrace({ delay: STOP_MS, logger: false }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'process failed');
    else log.info({ signal }, 'process stopping');
    await running.stop();
    log.info('process stopped');
  });
  process.once('disconnect', () => {
    grace.close();
  });
}
