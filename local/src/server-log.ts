import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { giveToFolderOwner } from './data-folder.ts';

/** How much of the end of a log is searched for the error. */
const TAIL_BYTES = 16_384;
const COMPLAINT_LINES = 4;

export interface ServerLog {
  readonly file: string;
  /** Where the output of a server goes. */
  readonly descriptor: number;
  /** The end of what was written since it was opened. */
  read(): string;
  /** The server has a descriptor of its own. */
  close(): void;
}

/** Opens the log of a server for appending. */
export function openServerLog(file: string): ServerLog {
  const descriptor = openSync(file, 'a+', 0o600);
  giveToFolderOwner(file);
  const start = statSync(file).size;
  return {
    file,
    descriptor,
    read() {
      const { size } = statSync(file);
      const from = Math.max(start, size - TAIL_BYTES);
      const tail = Buffer.alloc(Math.max(0, size - from));
      return tail.toString('utf8', 0, readSync(descriptor, tail, 0, tail.length, from));
    },
    close: () => closeSync(descriptor),
  };
}

/** The error output of a failed program, as a sentence: its last fatal error, or its last line. */
export function complaintOf(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const fatal = lines.findLastIndex((line) => /\bFATAL\b|\bPANIC\b/.test(line));
  const telling = fatal === -1 ? lines.slice(-COMPLAINT_LINES) : lines.slice(fatal, fatal + COMPLAINT_LINES);
  return telling.length === 0 ? 'It printed nothing.' : `It printed: ${telling.join(' | ')}`;
}
