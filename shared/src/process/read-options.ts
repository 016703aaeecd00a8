import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line is invalid. */
export class UsageError extends Error {}

export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

/** Parses the arguments of a command. @throws UsageError for unknown ones. */
export function readOptions<const Config extends Pick<ParseArgsConfig, 'options' | 'allowPositionals'>>(
  command: string,
  args: readonly string[],
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs<Config>({ ...config, args: [...args] });
  } catch (error) {
    // The sentences after the first are about positional arguments that look like options.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new UsageError(`${sentence?.replace(/\.$/, '') ?? ''}. See ${command} -- --help.`);
  }
}

/** Reads the one number that a command may take. @throws UsageError */
export function readCount(command: string, args: readonly string[], fallback: number): number {
  const { positionals } = readOptions(command, args, { allowPositionals: true });
  const [text, ...more] = positionals;
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,14}$/.test(text) || more.length > 0)
    throw new UsageError(`${command} takes one whole number, not ${positionals.join(' ')}. See ${command} -- --help.`);
  return Number(text);
}
