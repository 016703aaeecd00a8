import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { streamApi, toPassing } from './call-api.ts';
import type { Config, InputFile } from './config.ts';
import { GivenUp, type Patience, keepTrying } from './keep-trying.ts';
import { splitLines } from './split-lines.ts';
import { splitRecords } from './split-records.ts';

/** `count` lines failed. They are in the file `name`, unless there are none, or `problem` says why not. */
export interface FailedLines {
  readonly count: number;
  readonly name: string | null;
  readonly problem: string | null;
}

/**
 * Writes the lines that failed beside the input: of a CSV file the records as they stand in it, with what came of them; of
 * others what the API tells. Both are read once, side by side, and neither is held in memory. The file is put in its place
 * when it is complete.
 * @throws GivenUp
 */
export async function writeFailed(config: Config, batchId: string, patience: Patience): Promise<FailedLines> {
  const { file } = config;
  const unfinished = `${file.failedPath}.${process.pid}.part`;
  let count = 0;
  const onLine = (): void => {
    count += 1;
  };
  try {
    return await keepTrying(patience, async () => {
      count = 0;
      const answer = await streamApi(config, {
        method: 'GET',
        path: `/batches/${batchId}/operations?status=failed`,
        headers: { Accept: 'application/x-ndjson' },
      });
      if (!answer.ok) return { count, name: null, problem: answer.problem.detail };
      const exported = exportedLines(answer.stream, onLine);
      const lines = file.type === 'text/csv' ? markRecords(file, exported) : withEnds(exported);
      await pipeline(Readable.from(lines), createWriteStream(unfinished));
      if (count === 0) return { count, name: null, problem: null };
      await rename(unfinished, file.failedPath);
      return { count, name: file.failedName, problem: null };
    });
  } catch (error) {
    if (error instanceof GivenUp) throw error;
    return { count, name: null, problem: (error as Error).message };
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** What the API tells of each failed line, in the order of the file. @throws PassingFailure if it breaks off */
async function* exportedLines(stream: Readable, onLine: () => void): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  const lines = splitLines(stream as AsyncIterable<string>);
  for (;;) {
    const next = await lines.next().catch((error: unknown) => {
      throw toPassing(error);
    });
    if (next.done) return;
    onLine();
    yield next.value;
  }
}

async function* withEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

interface FailedOperation {
  readonly line: number;
  readonly id: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string };
}

const ADDED_COLUMNS = 'operation_id,status,error_code,error';

/** The header and the records that failed, as they stand in the input, each with what came of it. */
async function* markRecords({ path }: InputFile, exported: AsyncIterable<string>): AsyncGenerator<string> {
  const records = splitRecords(createReadStream(path, { encoding: 'utf8' }));
  try {
    const header = await records.next();
    if (header.done) throw changed();
    const { end } = header.value;
    yield `${header.value.text},${ADDED_COLUMNS}${end}`;
    for await (const line of exported) {
      const operation = JSON.parse(line) as FailedOperation;
      let record = await records.next();
      while (!record.done && record.value.line < operation.line) record = await records.next();
      if (record.done || record.value.line > operation.line) throw changed();
      const { id, status, error } = operation;
      yield `${[record.value.text, id, status, error.code, quote(error.message)].join(',')}${end}`;
    }
  } finally {
    await records.return(undefined);
  }
}

function changed(): Error {
  return new Error('the file is not the one that was sent any more');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
