import { type Stats, statSync } from 'node:fs';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { UsageError } from './parse-command.ts';

/** A file that the command writes: as the user would call it, and where it is. */
export interface OutputFile {
  readonly name: string;
  readonly path: string;
}

export interface InputFile {
  /** As the user calls it. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When it was last changed, in milliseconds. */
  readonly modifiedMs: number;
  readonly type: 'text/csv' | 'application/x-ndjson' | 'application/json';
  /** Where the lines go that fail, and those that are refused: beside it. */
  readonly failed: OutputFile;
  readonly refused: OutputFile;
}

const TYPES: Readonly<Record<string, InputFile['type']>> = {
  '.csv': 'text/csv',
  '.tsv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.json': 'application/json',
};
export const FILE_TYPES = Object.keys(TYPES).join(', ');

/** What a spreadsheet saves unless it is told to save CSV. */
const WORKBOOKS = ['.xlsx', '.xlsm', '.xls', '.ods'];

/** Describes a file that is named from a folder. @throws UsageError if it cannot be sent. */
export function describeFile(name: string, folder: string): InputFile {
  const extension = extname(name).toLowerCase();
  const type = TYPES[extension];
  if (WORKBOOKS.includes(extension)) {
    throw new UsageError(`${name} is a workbook: save it as "CSV UTF-8" and send that file.`);
  }
  if (type === undefined) {
    throw new UsageError(`${name} must end in ${FILE_TYPES}: the ending says what it holds.`);
  }
  const path = resolve(folder, name);
  const stats = readStats(name, path);
  // What comes out of a pipe could not be sent a second time.
  if (!stats.isFile()) throw new UsageError(`${name} is not a file.`);
  const beside = (kind: 'failed' | 'refused'): OutputFile => {
    const base = nextName(parse(name).name, kind);
    return describeOutput(join(dirname(name), `${base}${type === 'text/csv' ? extension : '.ndjson'}`), folder);
  };
  return {
    ...{ name, path, type, bytes: stats.size, modifiedMs: stats.mtimeMs },
    ...{ failed: beside('failed'), refused: beside('refused') },
  };
}

export function describeOutput(name: string, folder: string): OutputFile {
  return { name, path: resolve(folder, name) };
}

/** What fails of `credits.failed` is in `credits.failed-2`, so that the file that is being sent stays as it is. */
function nextName(base: string, kind: 'failed' | 'refused'): string {
  const numbered = new RegExp(`^(.*\\.${kind})(?:-(\\d+))?$`).exec(base);
  return numbered === null ? `${base}.${kind}` : `${numbered[1]}-${Number(numbered[2] ?? 1) + 1}`;
}

function readStats(name: string, path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      isMissing ? `There is no file ${name}.` : `${name} cannot be read: ${(error as Error).message}.`,
    );
  }
}
