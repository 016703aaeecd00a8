import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type Batch, type LineError, type Problem, callApi } from './call-api.ts';
import type { UploadConfig } from './config.ts';
import type { InputFile } from './input-file.ts';
import { type Patience, keepTrying } from './keep-trying.ts';
import { UsageError } from './parse-command.ts';
import type { Progress } from './progress.ts';

/** What a dry run finds. */
export interface CheckedFile {
  readonly valid: true;
  readonly total: number;
  readonly replayed: number;
  readonly skipped: number;
  readonly skipped_lines?: readonly LineError[];
  readonly sums: readonly { readonly asset: string; readonly total: string }[];
  /** The batch that the same was accepted as before. */
  readonly accepted_as: string | null;
}

/** `accepted`: as a batch, without the `skipped` lines. `replayed`: it had been accepted before. `checked`: nothing is stored. */
export type Upload =
  | { readonly kind: 'accepted' | 'replayed'; readonly batch: Batch; readonly skipped: readonly LineError[] }
  | { readonly kind: 'checked'; readonly checked: CheckedFile }
  | { readonly kind: 'refused'; readonly problem: Problem };

/**
 * Sends the file as one batch. Sending it again is safe, since its key, or else its content, is the name of the batch: so an
 * upload that breaks, or whose answer is lost, is simply repeated.
 * @throws GivenUp
 */
export async function uploadFile(config: UploadConfig, patience: Patience, progress: Progress): Promise<Upload> {
  let furthest = 0;
  const onSent = (sent: number): void => {
    progress.uploaded(sent);
    if (sent > furthest) patience.renew();
    furthest = Math.max(furthest, sent);
  };
  const answer = await keepTrying(patience, () =>
    callApi<AcceptedBatch | CheckedFile>(config, {
      method: 'POST',
      path: `/batches${queryOf(config)}`,
      headers: {
        'Content-Type': config.file.type,
        'Content-Length': String(config.file.bytes),
        Accept: 'application/json',
        ...(config.key === null ? {} : { 'Idempotency-Key': config.key }),
      },
      body: Readable.from(readFile(config.file, onSent), { objectMode: false }),
    }),
  );
  if (!answer.ok) return { kind: 'refused', problem: answer.problem };
  progress.uploaded(config.file.bytes);
  if ('valid' in answer.body) return { kind: 'checked', checked: answer.body };
  const { skipped_lines: skipped = [], ...batch } = answer.body;
  return { kind: answer.isReplayed ? 'replayed' : 'accepted', batch, skipped };
}

type AcceptedBatch = Batch & { readonly skipped_lines?: readonly LineError[] };

function queryOf({ priority, isAtomic, isDryRun, acceptsGood, keyColumn }: UploadConfig): string {
  const query = new URLSearchParams({
    ...(priority === null ? {} : { priority }),
    ...(isAtomic ? { atomic: 'true' } : {}),
    ...(acceptsGood ? { on_invalid: 'skip' } : {}),
    ...(keyColumn === null ? {} : { key_column: keyColumn }),
    ...(isDryRun ? { validate_only: 'true' } : {}),
  });
  return query.size > 0 ? `?${query.toString()}` : '';
}

/**
 * As many bytes as the file had in the beginning, whatever is appended to it meanwhile.
 * @throws UsageError if it cannot be read to there.
 */
async function* readFile({ name, path, bytes }: InputFile, onSent: (bytes: number) => void): AsyncGenerator<Buffer> {
  let sent = 0;
  try {
    if (bytes > 0) {
      for await (const chunk of createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
        yield chunk;
        sent += chunk.length;
        onSent(sent);
      }
    }
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}.`);
  }
  if (sent < bytes) throw new UsageError(`${name} became shorter while it was sent.`);
}
