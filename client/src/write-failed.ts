import { createWriteStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isEmptyRecord } from '@wallet/csv/dialect';
import { type StandingRecord, readStandingRecords } from '@wallet/csv/read-records';
import { failureColumns, findResultColumns } from '@wallet/csv/result-columns';
import { writeRecords } from '@wallet/csv/write-records';
import type { BatchLineResult, LineError, WalletApi } from '@wallet/sdk';
import type { Config } from './config.ts';
import type { InputFile } from './input-file.ts';
import { GivenUp, type Patience, readWhole } from './patience.ts';
import { putInPlace, unfinishedPath } from './put-in-place.ts';
import { decodeText, encodeText, readDialect, readFileText } from './read-dialect.ts';
import { changed, keepRecord, readHead, refuseChanged } from './standing-records.ts';
import { splitLines } from './split-lines.ts';
import type { Sent } from './upload-file.ts';

/** `count` lines failed. They are in the file `name`, unless there are none, or `problem` says why not. */
export interface FailedLines {
  readonly count: number;
  /** How many of them are operations that were accepted earlier, under the lines' own keys. */
  readonly acceptedEarlier: number;
  readonly name: string | null;
  readonly problem: string | null;
  /** A file of this name is there from an earlier run, and says nothing about this one. */
  readonly staleName: string | null;
  /** What the file that was there before is called now. */
  readonly keptName: string | null;
}

export function noneFailed({ failed }: Config): FailedLines {
  const staleName = existsSync(failed.path) ? failed.name : null;
  return { count: 0, acceptedEarlier: 0, name: null, problem: null, staleName, keptName: null };
}

/**
 * Writes the lines that failed: of a CSV file the records as they stand in it, each behind its outcome; of others what the
 * API says. Both are read once, side by side, and neither is held in memory. The file is put in its place when it is complete.
 * @throws GivenUp
 */
export async function writeFailed(
  config: Config,
  { batch, skipped }: Pick<Sent, 'batch' | 'skipped'>,
  api: WalletApi,
  patience: Patience,
): Promise<FailedLines> {
  const { file } = config;
  const unfinished = unfinishedPath(config.failed);
  const failed = { count: 0, acceptedEarlier: 0, staleName: null, keptName: null };
  const onLine = (operation: FailedOperation): void => {
    failed.count += 1;
    if (operation.batch_id !== batch.id) failed.acceptedEarlier += 1;
  };
  try {
    return await readWhole(patience, async () => {
      failed.count = 0;
      failed.acceptedEarlier = 0;
      const type = file === null ? 'text/csv' : 'application/x-ndjson';
      const pieces = await api.batches.export(batch.id, { type, status: 'failed' });
      if (file === null) {
        // The lines of a retry have no keys: all that failed are its own.
        failed.count = batch.failed;
        await pipeline(pieces, createWriteStream(unfinished));
      } else {
        const exported = exportedLines(pieces, onLine);
        const lines = file.type === 'text/csv' ? markRecords(file, exported, skipped) : withEnds(exported);
        await pipeline(Readable.from(lines), createWriteStream(unfinished));
      }
      if (failed.count === 0) return noneFailed(config);
      const keptName = await putInPlace(unfinished, config.failed);
      return { ...failed, name: config.failed.name, problem: null, keptName };
    });
  } catch (error) {
    if (error instanceof GivenUp) throw error;
    return { ...failed, name: null, problem: (error as Error).message };
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * Its `position` is its place among the operations of the batch. Its `line` is that in the file that was sent first, which may look
 * otherwise.
 */
type FailedOperation = Extract<BatchLineResult, { status: 'failed' }>;

interface ExportedLine {
  readonly text: string;
  readonly operation: FailedOperation;
}

/** What the API says of each failed line, in the order of the file. */
async function* exportedLines(
  pieces: AsyncIterable<Uint8Array>,
  onLine: (operation: FailedOperation) => void,
): AsyncGenerator<ExportedLine> {
  for await (const text of splitLines(decodeText(pieces, 'utf-8'))) {
    const operation = JSON.parse(text) as FailedOperation;
    onLine(operation);
    yield { text, operation };
  }
}

async function* withEnds(lines: AsyncIterable<ExportedLine>): AsyncGenerator<string> {
  for await (const { text } of lines) yield `${text}\n`;
}

/** The header and the records that failed, as they stand in the input, each behind its outcome. */
async function* markRecords(
  file: InputFile,
  exported: AsyncIterable<ExportedLine>,
  skipped: readonly LineError[],
): AsyncGenerator<Buffer> {
  await refuseChanged(file);
  const dialect = await readDialect(file.path);
  const { separator, encoding, mark, names } = dialect;
  const drops = findResultColumns(names)?.dropped ?? new Set();
  const kept = keepRecord(dialect, drops);
  const records = readStandingRecords(readFileText(file.path, encoding), dialect);
  const operations = withoutSkipped(records, skipped);
  try {
    const { head, header } = await readHead(records);
    const added = failureColumns(names.filter((name) => !drops.has(name))).join(separator);
    yield encodeText(`${mark}${head}${added}${separator}${kept(header)}${header.end}`, encoding);
    let position = 0;
    for await (const { operation } of exported) {
      let record: StandingRecord | null = null;
      while (position < operation.position) {
        const next = await operations.next();
        if (next.done) throw changed();
        record = next.value;
        position += 1;
      }
      if (record === null) throw new Error('the service named a line twice');
      const { id, status, error } = operation;
      const outcome = writeRecords([[record.line, status, error.code, error.message, id]], { separator });
      yield encodeText(`${outcome}${separator}${kept(record)}${header.end}`, encoding);
    }
    await refuseChanged(file);
  } finally {
    await records.return(undefined);
  }
}

/** The records that are operations of the batch. */
async function* withoutSkipped(
  records: AsyncGenerator<StandingRecord>,
  skipped: readonly LineError[],
): AsyncGenerator<StandingRecord> {
  const lines = new Set(skipped.map(({ line }) => line));
  for await (const record of records) {
    if (!isEmptyRecord(record.fields) && !lines.has(record.line)) yield record;
  }
}
