import { asksForHelp, readCount } from '@wallet/shared/process/read-options';
import { FAILED, tellFailure } from '@wallet/shared/process/tell-failure';

/**
 * The one number that a benchmark may take, before it starts anything. `--help` prints its help and ends the process;
 * an invalid argument, and any later failure, ends it with a sentence and exit 2.
 */
export function readArgument(command: string, help: string, fallback: number): number {
  const fail = (error: unknown): never => {
    tellFailure(error, 'The benchmark failed');
    process.exit(FAILED);
  };
  process.once('uncaughtException', fail);
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    process.stdout.write(`${command} ${help}\n`);
    process.exit(0);
  }
  try {
    return readCount(command, args, fallback);
  } catch (error) {
    return fail(error);
  }
}
