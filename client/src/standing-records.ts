import { stat } from 'node:fs/promises';
import { isEmptyRecord, saysSeparator } from '@wallet/csv/dialect';
import type { StandingRecord } from '@wallet/csv/read-records';
import { writeRecords } from '@wallet/csv/write-records';
import type { InputFile } from './input-file.ts';
import type { Dialect } from './read-dialect.ts';

/** The record that names the columns, and the line before it that says the separator, if there is one. */
export async function readHead(
  records: AsyncGenerator<StandingRecord>,
): Promise<{ head: string; header: StandingRecord }> {
  let head = '';
  for (let isFirst = true; ; isFirst = false) {
    const next = await records.next();
    if (next.done) throw changed();
    const { fields, text, end } = next.value;
    if (isFirst && saysSeparator(text)) head = `${text}${end}`;
    else if (!isEmptyRecord(fields)) return { head, header: next.value };
  }
}

/**
 * Makes what gives the text of a record as it stands in the input; where the input is a table of results itself, without those
 * that `drops` names.
 */
export function keepRecord(
  { names, separator }: Dialect,
  drops: ReadonlySet<string>,
): (record: StandingRecord) => string {
  if (!names.some((name) => drops.has(name))) return ({ text }) => text;
  const isKept = (_: string, at: number): boolean => !drops.has(names[at] ?? '');
  return ({ fields }) => writeRecords([fields.filter(isKept)], { separator });
}

/** @throws Error if the file was touched since the command began. */
export async function refuseChanged({ path, bytes, modifiedMs }: InputFile): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  if (size !== bytes || mtimeMs !== modifiedMs) throw changed();
}

export function changed(): Error {
  return new Error('the file was changed after it was sent');
}
