import { findResultColumns } from '@wallet/csv/result-columns';
import type { UploadConfig } from './config.ts';
import { UsageError } from './parse-command.ts';
import { readDialect, readStart } from './read-dialect.ts';

const KEYS = ['idempotency_key', 'reference_id'];

/**
 * Looks at how a file begins.
 * @returns whether its lines have keys of their own, as far as that can be seen there.
 * @throws UsageError if it is what the command, or the service, wrote as NDJSON about lines that failed or were refused.
 */
export async function inspectFile({ file, keyColumn }: UploadConfig): Promise<{ hasKeys: boolean }> {
  const { name, path, type } = file;
  if (type === 'text/csv') {
    const { names } = await readDialect(path).catch((error: unknown) => refuseUnread(name, error));
    // Each line that failed has the key that is made of its operation.
    const isFailed = findResultColumns(names)?.outcome != null;
    return { hasKeys: keyColumn !== null || isFailed || KEYS.some((key) => names.includes(key)) };
  }
  const { text } = await readStart(path).catch((error: unknown) => refuseUnread(name, error));
  if (/^\uFEFF?\s*\{"line":\d+,(?:"position":\d+,)?"(?:id|field)":/.test(text)) {
    throw new UsageError(
      `${name} holds the outcome of lines and is not sent as it is: --retry <batch> tries what failed once more, ` +
        'and a corrected line is sent in a file of its own.',
    );
  }
  return { hasKeys: KEYS.some((key) => new RegExp(`"${key}"\\s*:\\s*"`).test(text)) };
}

function refuseUnread(name: string, error: unknown): never {
  throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
}

/** What a person should know before lines without keys are sent. */
export function warnOfMissingKeys(name: string): string {
  return (
    `Warning: the lines of ${name} have no keys, so if you edit the file and send it again, its unchanged lines are paid ` +
    'again: give each line an idempotency_key, name a column that is one with --key-column, or name the batch with --key.'
  );
}
