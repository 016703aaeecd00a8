import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** The command cannot be understood, or names a file that cannot be sent. */
export class UsageError extends Error {}

/** Help was asked for, and has been given. */
export class HelpShown extends Error {}

/** Reads a command line. @throws UsageError with a sentence for the user; HelpShown. */
export function parseCommand(command: Command, args: readonly string[]): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    // A suggestion of what may have been meant comes on a line of its own.
    const said = error.message
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')
      .replace(/\.$/, '');
    throw new UsageError(`${said}. See --help.`);
  }
}

/** A command on the service, with the options that all of them have. `json` says what `--json` prints. */
export function commandOnService(name: string, description: string, json: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--url <url>', 'where the service answers')
        .env('WALLET_URL')
        .default('http://127.0.0.1:8000')
        .argParser(readUrl),
    )
    .addOption(new Option('--api-key <key>', 'sent as a bearer token').env('WALLET_API_KEY').argParser(readApiKey))
    .option('--json', json);
}

/** Where the service answers, as an argument says it. */
function readUrl(text: string): string {
  const url = parseUrl(text);
  if (url?.search !== '' || url.hash !== '') refuseAddress();
  return readAddress(text);
}

/** Any address of HTTP, as an argument says it. */
export function readAddress(text: string): string {
  const url = parseUrl(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) refuseAddress();
  return url.href;
}

/** Not by `URL.canParse`, which Node 20 answers wrongly for letters as `ü` once it has optimised it. */
function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function refuseAddress(): never {
  throw new InvalidArgumentError('It must be an http or https address.');
}

/** A key as an argument or the environment says it, which the message must not. Empty is none. @throws UsageError */
function readApiKey(text: string): string | undefined {
  if (text === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new UsageError('The API key has spaces, line ends or other characters that are in no key. See --help.');
}
