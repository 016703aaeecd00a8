import { isDebugging } from './config.ts';
import { ConfigError } from '../words/config-error.ts';
import { explainDatabaseFailure } from '../database/explain-failure.ts';
import { UsageError } from './read-options.ts';

/** The exit status of what could not start, or could not be done. */
export const FAILED = 2;

/** URLs with a password in them. */
const PASSWORD = /(\w+:\/\/[^\s:@/]*:)[^\s@]+@/g;

/**
 * The edge of every process and command: writes one sentence about a failure to standard error, without a stack and without a
 * password. `failed` is what failed, as "The audit failed". What is not known to be the operator's to mend is an error of ours,
 * whose stack LOG_LEVEL=debug shows.
 */
export function tellFailure(error: unknown, failed: string): void {
  const text = sentenceFor(error, failed);
  const stack = isDebugging() && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  process.stderr.write(`${`${text}${stack}`.replace(PASSWORD, '$1…@')}\n`);
}

function sentenceFor(error: unknown, failed: string): string {
  if (error instanceof ConfigError || error instanceof UsageError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return explainDatabaseFailure(error) ?? `${failed}: ${message.split('\n')[0] ?? ''}. LOG_LEVEL=debug shows where.`;
}
