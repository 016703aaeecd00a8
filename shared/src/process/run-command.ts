import { asksForHelp } from './read-options.ts';
import { FAILED, tellFailure } from './tell-failure.ts';

/**
 * Runs a command with its arguments: `--help` prints its help and does nothing else. The exit status is the result of
 * `run`, or 2 with one sentence if it failed.
 */
export async function runCommand<Order>(command: {
  readonly help: string;
  /** The name of a failure, such as "The audit failed". */
  readonly failed: string;
  /** @throws UsageError for unknown arguments. */
  readonly read: (args: readonly string[]) => Order;
  readonly run: (order: Order) => Promise<number>;
}): Promise<void> {
  process.once('uncaughtException', (error) => {
    tellFailure(error, command.failed);
    process.exit(FAILED);
  });
  const args = process.argv.slice(2);
  try {
    if (asksForHelp(args)) process.stdout.write(`${command.help}\n`);
    else process.exitCode = await command.run(command.read(args));
  } catch (error) {
    tellFailure(error, command.failed);
    process.exitCode = FAILED;
  }
}
