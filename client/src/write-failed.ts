import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isEmptyRecord, saysSeparator } from '@wallet/csv/dialect';
import { type StandingRecord, readStandingRecords } from '@wallet/csv/read-records';
import { writeRecords } from '@wallet/csv/write-records';
import { streamApi, toPassing } from './call-api.ts';
import type { Config, InputFile } from './config.ts';
import { resultColumns } from './inspect-file.ts';
import { GivenUp, type Patience, keepTrying } from './keep-trying.ts';
import { encodeText, readDialect, readFileText } from './read-dialect.ts';
import { splitLines } from './split-lines.ts';

/** `count` lines failed. They are in the file `name`, unless there are none, or `problem` says why not. */
export interface FailedLines {
  readonly count: number;
  /** How many of them are operations that were accepted earlier, under the lines' own keys. */
  readonly acceptedEarlier: number;
  readonly name: string | null;
  readonly problem: string | null;
  /** A file of this name is there from an earlier run, and says nothing about this one. */
  readonly staleName: string | null;
}

export function noneFailed({ file }: Config): FailedLines {
  const staleName = existsSync(file.failedPath) ? file.failedName : null;
  return { count: 0, acceptedEarlier: 0, name: null, problem: null, staleName };
}

/** Where the failed lines are until all of them are there. */
export function unfinishedPath({ file }: Config): string {
  return `${file.failedPath}.${process.pid}.part`;
}

/**
 * Writes the lines that failed beside the input: of a CSV file the records as they stand in it, with what came of them; of
 * others what the API tells. Both are read once, side by side, and neither is held in memory. The file is put in its place
 * when it is complete.
 * @throws GivenUp
 */
export async function writeFailed(config: Config, batchId: string, patience: Patience): Promise<FailedLines> {
  const { file } = config;
  const unfinished = unfinishedPath(config);
  const failed = { count: 0, acceptedEarlier: 0, staleName: null };
  const onLine = (operation: FailedOperation): void => {
    failed.count += 1;
    if (operation.batch_id !== batchId) failed.acceptedEarlier += 1;
  };
  try {
    return await keepTrying(patience, async () => {
      failed.count = 0;
      failed.acceptedEarlier = 0;
      const answer = await streamApi(config, {
        method: 'GET',
        path: `/batches/${batchId}/operations?status=failed`,
        headers: { Accept: 'application/x-ndjson' },
      });
      if (!answer.ok) return { ...failed, name: null, problem: answer.problem.detail };
      const exported = exportedLines(answer.stream, onLine);
      const lines = file.type === 'text/csv' ? markRecords(file, exported) : withEnds(exported);
      await pipeline(Readable.from(lines), createWriteStream(unfinished));
      if (failed.count === 0) return noneFailed(config);
      await rename(unfinished, file.failedPath);
      return { ...failed, name: file.failedName, problem: null };
    });
  } catch (error) {
    if (error instanceof GivenUp) throw error;
    return { ...failed, name: null, problem: (error as Error).message };
  } finally {
    await rm(unfinished, { force: true });
  }
}

interface FailedOperation {
  /** Its place among the operations of the batch. Its line is that in the file that was sent first, which may look otherwise. */
  readonly position: number;
  readonly id: string;
  readonly batch_id: string | null;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string };
}

interface ExportedLine {
  readonly text: string;
  readonly operation: FailedOperation;
}

/** What the API tells of each failed line, in the order of the file. @throws PassingFailure if it breaks off */
async function* exportedLines(
  stream: Readable,
  onLine: (operation: FailedOperation) => void,
): AsyncGenerator<ExportedLine> {
  stream.setEncoding('utf8');
  const lines = splitLines(stream as AsyncIterable<string>);
  for (;;) {
    const next = await lines.next().catch((error: unknown) => {
      throw toPassing(error);
    });
    if (next.done) return;
    const operation = JSON.parse(next.value) as FailedOperation;
    onLine(operation);
    yield { text: next.value, operation };
  }
}

async function* withEnds(lines: AsyncIterable<ExportedLine>): AsyncGenerator<string> {
  for await (const { text } of lines) yield `${text}\n`;
}

/** The header and the records that failed, as they stand in the input, each with what came of it. */
async function* markRecords(file: InputFile, exported: AsyncIterable<ExportedLine>): AsyncGenerator<Buffer> {
  await refuseChanged(file);
  const dialect = await readDialect(file.path);
  const { separator, encoding, mark, names } = dialect;
  const records = readStandingRecords(readFileText(file.path, encoding), dialect);
  try {
    const { head, header } = await readHead(records);
    yield encodeText(`${mark}${head}${[header.text, ...resultColumns(names)].join(separator)}${header.end}`, encoding);
    let position = 0;
    for await (const { operation } of exported) {
      let record: StandingRecord | null = null;
      while (position < operation.position) {
        const next = await records.next();
        if (next.done) throw changed();
        if (isEmptyRecord(next.value.fields)) continue;
        record = next.value;
        position += 1;
      }
      if (record === null) throw new Error('the service told of a line twice');
      const { id, status, error } = operation;
      const outcome = writeRecords([[id, status, error.code, error.message]], { separator });
      yield encodeText(`${record.text}${separator}${outcome}${header.end}`, encoding);
    }
    await refuseChanged(file);
  } finally {
    await records.return(undefined);
  }
}

/** The record that names the columns, and the line before it that says the separator, if there is one. */
async function readHead(records: AsyncGenerator<StandingRecord>): Promise<{ head: string; header: StandingRecord }> {
  let head = '';
  for (let isFirst = true; ; isFirst = false) {
    const next = await records.next();
    if (next.done) throw changed();
    const { fields, text, end } = next.value;
    if (isFirst && saysSeparator(text)) head = `${text}${end}`;
    else if (!isEmptyRecord(fields)) return { head, header: next.value };
  }
}

/** @throws Error if the file was touched since the command began. */
async function refuseChanged({ path, bytes, modifiedMs }: InputFile): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  if (size !== bytes || mtimeMs !== modifiedMs) throw changed();
}

function changed(): Error {
  return new Error('the file is not the one that was sent any more');
}
