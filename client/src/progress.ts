import type { Batch } from '@wallet/sdk';
import { SingleBar } from 'cli-progress';

/** What the user sees while it lasts. */
export interface Progress {
  uploaded(bytes: number): void;
  applied(batch: Batch): void;
  /** There is no progress at the moment, and why. */
  waiting(reason: string): void;
  stop(): void;
}

const LOOK = {
  stream: process.stderr,
  barsize: 16,
  barCompleteChar: '█',
  barIncompleteChar: '░',
  hideCursor: true,
  linewrap: false,
  // The command has a word to say itself when it is interrupted.
  gracefulExit: false,
} as const;

const MEGABYTE = 1_000_000;

/** Two bars on stderr, one after the other; nothing at all where that is not a terminal. */
export function createProgress(fileBytes: number, isTerminal: boolean): Progress {
  if (!isTerminal) {
    return { uploaded: () => undefined, applied: () => undefined, waiting: () => undefined, stop: () => undefined };
  }
  let current: { name: 'upload' | 'apply'; bar: SingleBar } | null = null;

  function show(name: 'upload' | 'apply', total: number, value: number, text: string): void {
    if (current?.name !== name) {
      current?.bar.stop();
      current = { name, bar: new SingleBar({ ...LOOK, format: `${name.padEnd(6)}  {bar}  {text}{note}` }) };
      current.bar.start(total, value, { text, note: '' });
    }
    current.bar.update(value, { text, note: '' });
  }

  return {
    uploaded(bytes) {
      show('upload', fileBytes, bytes, `${megabytes(bytes)} of ${megabytes(fileBytes)} MB`);
    },
    applied(batch) {
      show('apply', batch.total, batch.succeeded + batch.failed, describeApplied(batch));
    },
    waiting(reason) {
      if (current === null) show('upload', fileBytes, 0, `0.0 of ${megabytes(fileBytes)} MB`);
      current?.bar.update({ note: `  waiting: ${reason}` });
    },
    stop() {
      current?.bar.stop();
      current = null;
    },
  };
}

function describeApplied(batch: Batch): string {
  const rate = batch.operations_per_second ?? 0;
  return [
    `ok ${count(batch.succeeded)}`,
    `failed ${count(batch.failed)}`,
    `of ${count(batch.total)}`,
    ...(rate > 0 ? [`${count(Math.round(rate))}/s`] : []),
    ...(rate > 0 && batch.pending > 0 ? [`${minutes(batch.pending / rate)} left`] : []),
  ].join('  ');
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function minutes(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
