import type { Logger } from './logger.ts';

/** An error of one kind is logged once in this time, and errors of all kinds together at most this many times. */
const QUIET_MS = 10_000;
const LOGGED_IN_QUIET = 5;

export type LogError = (error: unknown, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * Makes a function that logs errors of a connection without flooding the log, and without their other properties (a
 * driver's error contains the command, with the password in it). A server that is down or refuses commands fails many
 * times a second, with one message or several in turn: each kind is logged once in ten seconds, at most five kinds, and
 * `repeated` says how many errors came since the previous line. Messages that differ only in numbers are of one kind.
 * Only errors of our own code show their stack.
 */
export function logErrors(log: Logger, sentence: string, level: 'warn' | 'fatal' = 'warn'): LogError {
  let logged = new Set<string>();
  let quietUntil = -Infinity;
  let repeated = 0;
  return (error, fields) => {
    const reason = error instanceof Error ? error.message : String(error);
    const now = performance.now();
    if (now >= quietUntil) {
      logged = new Set();
      quietUntil = now + QUIET_MS;
    }
    const kind = reason.replace(/\d+/g, '#');
    if (logged.has(kind) || logged.size >= LOGGED_IN_QUIET) {
      repeated += 1;
      return;
    }
    logged.add(kind);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const stack = isBug(error) ? { stack: error.stack } : {};
    log[level]({ ...fields, reason, code, repeated, ...stack }, sentence);
    repeated = 0;
  };
}

function isBug(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
