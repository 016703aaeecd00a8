import type { InputFile } from './config.ts';
import { UsageError } from './parse-command.ts';
import { readDialect, readStart } from './read-dialect.ts';

/** The columns that the command adds to the records that failed. */
const RESULT_COLUMNS = ['operation_id', 'status', 'error_code', 'error'] as const;

/** Their names in a table that has these columns: one that it has itself, as that of the operations to reverse, keeps its name. */
export function resultColumns(names: readonly string[]): string[] {
  return RESULT_COLUMNS.map((column) => (names.includes(column) ? `failed_${column}` : column));
}

const KEYS = ['idempotency_key', 'reference_id'];

/**
 * Looks at how a file begins.
 * @returns whether its lines have keys of their own, as far as that can be seen there.
 * @throws UsageError if it is what the command, or the service, wrote about lines that failed.
 */
export async function inspectFile({ name, path, type }: InputFile): Promise<{ hasKeys: boolean }> {
  if (type === 'text/csv') {
    const { names } = await readDialect(path).catch((error: unknown) => refuseUnread(name, error));
    const added = RESULT_COLUMNS.map((column) => (names.includes(`failed_${column}`) ? `failed_${column}` : column));
    if (added.every((column) => names.includes(column))) {
      throw new UsageError(
        `${refusedResult(name)} To send them as operations of their own, remove the columns ` +
          `${added.join(', ')} and the lines' keys: a key stays with the operation that failed.`,
      );
    }
    return { hasKeys: KEYS.some((key) => names.includes(key)) };
  }
  const { text } = await readStart(path).catch((error: unknown) => refuseUnread(name, error));
  if (/^\uFEFF?\s*\{"line":\d+,(?:"position":\d+,)?"id":/.test(text)) throw new UsageError(refusedResult(name));
  return { hasKeys: KEYS.some((key) => new RegExp(`"${key}"\\s*:\\s*"`).test(text)) };
}

function refusedResult(name: string): string {
  return (
    `${name} holds lines that failed, with what became of them, and is not sent as it is: ` +
    'POST /batches/{id}/retry sends what failed of a batch once more.'
  );
}

function refuseUnread(name: string, error: unknown): never {
  throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
}

/** What a person should know before lines without keys are sent. */
export function warnOfMissingKeys(name: string): string {
  return (
    `Warning: the lines of ${name} have no keys of their own. Sent again as it is, it is the same batch and nothing is ` +
    'applied twice, but once a line has been changed, added or removed, all its lines are accepted a second time: give each ' +
    'line an idempotency_key, or the batch a name with --key, under which a changed file is refused.'
  );
}
