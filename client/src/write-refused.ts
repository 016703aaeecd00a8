import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isEmptyRecord } from '@wallet/csv/dialect';
import { readStandingRecords } from '@wallet/csv/read-records';
import { REFUSAL_COLUMNS, findResultColumns } from '@wallet/csv/result-columns';
import { writeRecords } from '@wallet/csv/write-records';
import type { LineError } from '@wallet/sdk';
import type { UploadConfig } from './config.ts';
import type { InputFile } from './input-file.ts';
import { putInPlace, unfinishedPath } from './put-in-place.ts';
import { encodeText, readDialect, readFileText } from './read-dialect.ts';
import { changed, keepRecord, readHead, refuseChanged } from './standing-records.ts';
import { splitLines } from './split-lines.ts';

/** The lines that are not valid. They are in the file `name`, unless there are none, or `problem` says why not. */
export interface RefusedLines {
  readonly errors: readonly LineError[];
  readonly name: string | null;
  readonly problem: string | null;
  /** What the file that was there before is called now. */
  readonly keptName: string | null;
}

export const NONE_REFUSED: RefusedLines = { errors: [], name: null, problem: null, keptName: null };

class HeaderRefused extends Error {}

/** Writes the lines that are not valid beside the input, each with its line, its column, the reason, and the line as it is. */
export async function writeRefused({ file }: UploadConfig, given: readonly LineError[]): Promise<RefusedLines> {
  const errors = given.toSorted((one, other) => one.line - other.line);
  // The elements of an array have no lines of their own.
  if (errors.length === 0 || file.type === 'application/json') return { ...NONE_REFUSED, errors };
  const { name } = file.refused;
  const unfinished = unfinishedPath(file.refused);
  try {
    await refuseChanged(file);
    const lines = file.type === 'text/csv' ? markRecords(file, errors) : markLines(file, errors);
    await pipeline(Readable.from(lines), createWriteStream(unfinished));
    await refuseChanged(file);
    return { errors, name, problem: null, keptName: await putInPlace(unfinished, file.refused) };
  } catch (error) {
    // What is refused of a header is in the refusal.
    if (error instanceof HeaderRefused) return NONE_REFUSED;
    return { ...NONE_REFUSED, errors, problem: (error as Error).message };
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function* markRecords(file: InputFile, errors: readonly LineError[]): AsyncGenerator<Buffer> {
  const dialect = await readDialect(file.path);
  const { separator, encoding, mark } = dialect;
  const records = readStandingRecords(readFileText(file.path, encoding), dialect);
  try {
    const { head, header } = await readHead(records);
    if (errors.some(({ line }) => line <= header.line)) throw new HeaderRefused();
    const kept = keepRecord(dialect, findResultColumns(dialect.names)?.refusal ?? new Set());
    const mine = (fields: readonly unknown[]): string => writeRecords([fields], { separator });
    yield encodeText(`${mark}${head}${mine(REFUSAL_COLUMNS)}${separator}${kept(header)}${header.end}`, encoding);
    const wanted = errors[Symbol.iterator]();
    let next = wanted.next();
    for await (const record of records) {
      if (next.done === true) return;
      const { line, field, message } = next.value;
      if (record.line < line || isEmptyRecord(record.fields)) continue;
      if (record.line > line) throw changed();
      yield encodeText(`${mine([line, field, message])}${separator}${kept(record)}${header.end}`, encoding);
      next = wanted.next();
    }
    if (next.done !== true) throw changed();
  } finally {
    await records.return(undefined);
  }
}

async function* markLines(file: InputFile, errors: readonly LineError[]): AsyncGenerator<string> {
  const wanted = new Map(errors.map((error) => [error.line, error]));
  let line = 0;
  for await (const text of splitLines(readFileText(file.path, 'utf-8'))) {
    line += 1;
    const error = wanted.get(line);
    if (error === undefined) continue;
    yield `${JSON.stringify({ line, field: error.field, reason: error.message, sent: text.replace(/\r$/, '') })}\n`;
  }
}
