import { createReadStream } from 'node:fs';
import type { Batch, CheckedBatch, FileOptions, LineError, WalletApi } from '@wallet/sdk';
import type { UploadConfig } from './config.ts';
import type { InputFile } from './input-file.ts';
import { UsageError } from './parse-command.ts';
import type { Patience } from './patience.ts';
import type { Progress } from './progress.ts';

/** A batch that is there now. `isReplayed`: it had been accepted before. `skipped` lines of the file were left out. */
export interface Sent {
  readonly batch: Batch;
  readonly isReplayed: boolean;
  readonly skipped: readonly LineError[];
}

/** A service that has got a body of a million lines needs its time to store them. */
const ANSWER_MS = 600_000;

/**
 * Sends the file as one batch. Sending it again is safe, since its key, or else its content, is the name of the batch: so an
 * upload that breaks, or whose answer is lost, is simply repeated.
 * @throws GivenUp, WalletApiError
 */
export async function uploadFile(
  config: UploadConfig,
  api: WalletApi,
  patience: Patience,
  progress: Progress,
): Promise<Sent> {
  const onSent = countSent(patience, progress);
  let isReplayed = false;
  const { skipped_lines: skipped = [], ...batch } = await api.batches.upload(() => readFile(config.file, onSent), {
    ...optionsOf(config),
    onAnswer: (answer) => {
      isReplayed = answer.isReplayed;
    },
  });
  patience.renew();
  progress.uploaded(config.file.bytes);
  return { batch, isReplayed, skipped };
}

/** Sends the file only to be checked. @throws GivenUp, WalletApiError */
export async function checkFile(
  config: UploadConfig,
  api: WalletApi,
  patience: Patience,
  progress: Progress,
): Promise<CheckedBatch> {
  const onSent = countSent(patience, progress);
  const checked = await api.batches.check(() => readFile(config.file, onSent), optionsOf(config));
  progress.uploaded(config.file.bytes);
  return checked;
}

/** It is progress to get further than any attempt before. */
function countSent(patience: Patience, progress: Progress): (sent: number) => void {
  let furthest = 0;
  return (sent) => {
    progress.uploaded(sent);
    if (sent > furthest) patience.renew();
    furthest = Math.max(furthest, sent);
  };
}

function optionsOf({ file, key, priority, isAtomic, acceptsGood, keyColumn }: UploadConfig): FileOptions {
  return {
    ...{ type: file.type, timeoutMs: ANSWER_MS, deadlineMs: Infinity },
    ...(key === null ? {} : { idempotencyKey: key }),
    ...(priority === null ? {} : { priority }),
    ...(isAtomic ? { atomic: true } : {}),
    ...(acceptsGood ? { on_invalid: 'skip' } : {}),
    ...(keyColumn === null ? {} : { key_column: keyColumn }),
  };
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
