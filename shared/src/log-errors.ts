import type { Logger } from './logger.ts';

const QUIET_MS = 10_000;

/**
 * Logs connection errors without flooding, and without what else hangs on them (a driver's error carries the command, with
 * the password in it): a server that is away fails many times a second, so the same error is told
 * once in ten seconds, with how often it came.
 */
export function logErrors(log: Logger, sentence: string): (error: Error) => void {
  let lastMessage = '';
  let quietUntil = 0;
  let repeated = 0;
  return (error) => {
    const now = Date.now();
    if (error.message === lastMessage && now < quietUntil) {
      repeated += 1;
      return;
    }
    const code = 'code' in error ? error.code : undefined;
    log.warn({ reason: error.message, code, repeated }, sentence);
    lastMessage = error.message;
    quietUntil = now + QUIET_MS;
    repeated = 0;
  };
}
