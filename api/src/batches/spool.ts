import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@wallet/shared/words/config-error';
import { explainFileFailure } from '@wallet/shared/process/explain-file-failure';

/** A queue of JSON values on disk: appended to, and read from its beginning, any number of times. */
export interface Spool<Value> {
  append(value: Value): Promise<void>;
  /** Nothing more will be appended. */
  end(): void;
  /**
   * Yields the values; only the requested one is in memory. One reader at a time. At the end it waits for values that
   * are still to be appended.
   */
  read(): AsyncIterable<Value>;
  close(): Promise<void>;
}

/** Checks that batches can be stored in the folder. @throws ConfigError if not. */
export async function checkSpool(folder: string): Promise<void> {
  try {
    const spool = await createSpool(folder);
    await spool.append(null);
    await spool.close();
  } catch (error) {
    throw new ConfigError(
      `SPOOL_DIR: batches cannot be kept in ${folder}: ${explainFileFailure(error)}. Set SPOOL_DIR to another folder.`,
      { cause: error },
    );
  }
}

/** Creates a spool in a folder. Its file is unlinked once it is open, so nothing of it is left, whatever happens. */
export async function createSpool<Value>(folder: string): Promise<Spool<Value>> {
  const path = join(folder, `wallet-batch-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  const lengths: number[] = [];
  let ended = false;
  const changes = new EventEmitter();
  // These buffers are reused: memory allocated for every value is freed too late.
  let written = Buffer.alloc(0);
  let found = Buffer.alloc(0);
  return {
    async append(value) {
      const text = JSON.stringify(value);
      const length = Buffer.byteLength(text);
      if (length > written.length) written = Buffer.allocUnsafe(2 * length);
      written.write(text);
      await file.appendFile(written.subarray(0, length));
      lengths.push(length);
      changes.emit('change');
    },
    end() {
      ended = true;
      changes.emit('change');
    },
    async *read() {
      let position = 0;
      for (let index = 0; ; index += 1) {
        while (index === lengths.length && !ended) await once(changes, 'change');
        const length = lengths[index];
        if (length === undefined) return;
        if (length > found.length) found = Buffer.allocUnsafe(2 * length);
        await file.read(found, 0, length, position);
        position += length;
        yield JSON.parse(found.toString('utf8', 0, length)) as Value;
      }
    },
    async close() {
      await file.close();
    },
  };
}
