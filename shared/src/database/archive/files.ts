import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** The files of a month: gzipped CSV with a header, as COPY writes and reads it. */
export const FILES = {
  operations: [
    ...[
      'id',
      'seq',
      'batch_id',
      'line',
      'wallet_id',
      'to_wallet_id',
      'asset_id',
      'type',
      'amount',
      'priority',
      'created_at',
    ],
    ...['description', 'reference_id', 'idempotency_key', 'metadata', 'metadata_sent', 'execute_at'],
  ],
  movements: [
    ...[
      'operation_id',
      'leg',
      'from_account_id',
      'from_version',
      'from_balance',
      'to_account_id',
      'to_version',
      'to_balance',
    ],
    ...['amount', 'asset_id', 'created_at'],
  ],
  failures: [
    ...['operation_id', 'error_code', 'wallet_balance', 'wallet_version', 'to_wallet_balance', 'to_wallet_version'],
    'completed_at',
  ],
  terms: [
    ...['operation_id', 'target_id', 'to_account_id', 'final', 'expires_at', 'reason', 'legs'],
    ...['hold_captured', 'hold_released', 'reversed'],
  ],
  legs: ['operation_id', 'leg', 'from_account_id', 'to_account_id', 'amount', 'asset_id'],
  checkpoints: ['account_id', 'version', 'balance', 'operation_id', 'accepted', 'moved_at'],
} as const satisfies Record<string, readonly string[]>;
export type FileKind = keyof typeof FILES;
export const FILE_KINDS = Object.keys(FILES) as FileKind[];

/** The files, by manifest format: months written before terms existed have no files for them. */
export function fileKindsOf(format: 1 | 2): readonly FileKind[] {
  return format === 2 ? FILE_KINDS : FILE_KINDS.filter((kind) => kind !== 'terms' && kind !== 'legs');
}

export function fileName(kind: FileKind): string {
  return `${kind}.csv.gz`;
}

/** What a manifest records about a file. */
export interface FileFacts {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface FileWriter {
  /** Appends rows; `rows` says how many. Resolves when there is room for more. */
  write(source: AsyncIterable<Buffer>, rows: () => number): Promise<void>;
  /** Resolves when everything is on the disk. */
  finish(): Promise<FileFacts>;
  /** Abandons the file. */
  close(): void;
}

export function createFile(folder: string, kind: FileKind): FileWriter {
  const name = fileName(kind);
  const gzip = createGzip();
  const hash = createHash('sha256');
  let [rows, bytes] = [0, 0];
  const written = pipeline(
    gzip,
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(join(folder, name), { flags: 'wx', flush: true }),
  );
  // Awaited at the end; until then a failure shows up when the next rows are written.
  const failed = written.then(() => null).catch((error: unknown) => error as Error);
  let failure: Error | null = null;
  gzip.write(`${FILES[kind].join(',')}\n`);
  return {
    async write(source, count) {
      // After a failure the remaining rows are discarded but still read: the session that sends them has to finish.
      for await (const chunk of source) {
        if (failure !== null || gzip.write(chunk)) continue;
        failure = await Promise.race([failed, new Promise<null>((room) => gzip.once('drain', () => room(null)))]);
      }
      if (failure !== null) throw failure;
      rows += count();
    },
    async finish() {
      gzip.end();
      await written;
      return { name, rows, bytes, sha256: hash.digest('hex') };
    },
    close() {
      gzip.destroy();
    },
  };
}

/** The SHA-256 and the size of a file on the disk. */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/**
 * The rows of a file without its header, many at a time. A row may contain line breaks in quotes. @throws if the header
 * differs.
 */
export async function* readRows(folder: string, kind: FileKind): AsyncGenerator<string[]> {
  const gunzip = createGunzip();
  const source = pipeline(createReadStream(join(folder, fileName(kind))), gunzip);
  source.catch(() => undefined);
  let rest = '';
  let header: string | undefined;
  for await (const chunk of gunzip.setEncoding('utf8') as AsyncIterable<string>) {
    const { rows, left } = splitRows(rest + chunk);
    rest = left;
    header ??= rows.shift();
    if (rows.length > 0) yield rows;
  }
  await source;
  if (header === undefined || !headersOf(kind).includes(header) || rest !== '')
    throw new Error(`${fileName(kind)} was changed after it was written`);
}

/** Months written before operations could be scheduled have no column for it. */
function headersOf(kind: FileKind): readonly string[] {
  const header = FILES[kind].join(',');
  return kind === 'operations' ? [header, header.replace(',execute_at', '')] : [header];
}

function splitRows(text: string): { rows: string[]; left: string } {
  const rows: string[] = [];
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    const row = text.slice(start, end);
    if (row.includes('"') && row.split('"').length % 2 === 0) continue;
    rows.push(row);
    start = end + 1;
  }
  return { rows, left: text.slice(start) };
}

/** Syncs the directory entries of a folder to the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
