import type { Logger } from './logger.ts';

const QUIET_MS = 10_000;

/**
 * Logs connection errors without flooding: a server that is away fails many times a second, so the same error is told
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
    log.warn({ err: error, repeated }, sentence);
    lastMessage = error.message;
    quietUntil = now + QUIET_MS;
    repeated = 0;
  };
}
