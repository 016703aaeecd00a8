import { type Logger, destination, pino } from 'pino';
import pretty from 'pino-pretty';
import { hideTokens } from './api-key.ts';

export type { Logger } from 'pino';

/**
 * A logger of JSON lines on standard output; `pretty` makes them readable for people. A caller can put the token of a key
 * wherever it likes, in a path or as the id of its request: no line shows it.
 */
export function createLogger(options: { process: string; level: string; pretty: boolean }): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process },
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: hideTokens },
  };
  return options.pretty
    ? pino(settings, pretty({ translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname', sync: true }))
    : pino(settings, destination({ dest: 1, sync: true }));
}
