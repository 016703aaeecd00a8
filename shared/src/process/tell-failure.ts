import { isDebugging } from './config.ts';
import { ConfigError } from '../words/config-error.ts';
import { explainDatabaseFailure } from '../database/explain-failure.ts';
import { UsageError } from './read-options.ts';

/** The exit status of a process or command that failed. */
export const FAILED = 2;

/** URLs with a password in them. */
const PASSWORD = /(\w+:\/\/[^\s:@/]*:)[^\s@]+@/g;

/**
 * Reports a failure at the edge of a process or command: one sentence on standard error, without a stack and without a
 * password. `failed` names what failed, such as "The audit failed". Anything that an operator is not known to be able
 * to fix is a bug of ours, whose stack LOG_LEVEL=debug shows.
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
