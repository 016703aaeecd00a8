import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@wallet/shared/words/config-error';
import { explainFileFailure } from '@wallet/shared/process/explain-file-failure';
import { SEALING_KEY_BYTES } from '@wallet/shared/process/seal';
import { isProcess } from './child.ts';
import { writePrivate } from './data-folder.ts';

/**
 * Claims the folder, which serves one `npm start` at a time. @returns the function that releases it.
 * @throws ConfigError if another process has it, or if nothing can be stored in it.
 */
export function lockFolder(dataDir: string): () => Promise<void> {
  const file = join(dataDir, 'start.pid');
  return inFolder(dataDir, () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (owner > 0 && owner !== process.pid && isProcess(owner, 'start.ts')) {
      throw new ConfigError(`${dataDir} is in use by process ${owner}. Stop that, or set DATA_DIR (and PORT).`);
    }
    writePrivate(file, String(process.pid));
    return () => {
      rmSync(file, { force: true });
      return Promise.resolve();
    };
  });
}

/**
 * The key that encrypts webhook secrets: created at the first start, and stored beside the data.
 * @throws ConfigError if it cannot be stored, or if the stored text is not a key: another key could not decrypt
 * existing secrets.
 */
export function keepKey(dataDir: string): string {
  const file = join(dataDir, 'webhook.key');
  return inFolder(dataDir, () => {
    if (!existsSync(file)) writePrivate(file, randomBytes(SEALING_KEY_BYTES).toString('base64'));
    const key = readFileSync(file, 'utf8').trim();
    if (Buffer.from(key, 'base64').length !== SEALING_KEY_BYTES)
      throw new ConfigError(
        `${file} holds no key of ${SEALING_KEY_BYTES} bytes. Restore it from a backup, or delete it and rotate the ` +
          'secret of every webhook endpoint.',
      );
    return key;
  });
}

function inFolder<Result>(dataDir: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `DATA_DIR: ${dataDir} cannot be used: ${explainFileFailure(error)}. Set DATA_DIR to another folder.`,
      {
        cause: error,
      },
    );
  }
}
