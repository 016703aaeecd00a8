import cluster from 'node:cluster';
import { type DestinationStream, type Logger, destination, pino } from 'pino';
import pretty from 'pino-pretty';
import { hideTokens } from '../words/api-key.ts';

export type { Logger } from 'pino';

/**
 * Lines are written together, after this many bytes or this time: writing each by itself took a tenth of the API's time
 * per request. A process that is killed loses the lines of this time.
 */
const WRITE_BYTES = 4_096;
const WRITE_MS = 100;
/** Several processes write to one pipe; writes up to this size are atomic (PIPE_BUF of Linux). */
const SHARED_WRITES = { minLength: WRITE_BYTES - 1, maxWrite: WRITE_BYTES };

/**
 * A logger of JSON lines on standard output; `pretty` makes them readable for people. A caller can put the token of a
 * key anywhere, in a path or as the id of its request: no line shows it.
 */
export function createLogger(options: { process: string; level: string; pretty: boolean }): Logger {
  const settings = {
    level: options.level,
    // Tells several processes apart.
    base: { process: options.process, ...(cluster.isWorker ? { pid: process.pid } : {}) },
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: hideTokens },
  };
  if (options.pretty) return pino(settings, pretty({ translateTime: 'HH:MM:ss.l', ignore: 'hostname', sync: true }));
  return pino(settings, (output ??= openOutput()));
}

/** One for the whole process, so that lines keep their order. */
let output: DestinationStream | undefined;

function openOutput(): DestinationStream {
  const lengths = cluster.isWorker ? SHARED_WRITES : { minLength: WRITE_BYTES };
  const opened = destination({ dest: 1, sync: true, ...lengths, periodicFlush: WRITE_MS });
  process.once('exit', () => opened.flushSync());
  return opened;
}
