import { type Stats, statSync } from 'node:fs';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** What the command was told, checked. */
export interface Config {
  readonly file: InputFile;
  /** Where the service answers, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string | null;
  /** The name of the batch. Without one its content is its name. */
  readonly key: string | null;
  readonly priority: 'high' | 'low' | null;
  readonly isAtomic: boolean;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  /** How long to try without getting any further. */
  readonly giveUpAfterMs: number;
}

export interface InputFile {
  /** As the user calls it. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly type: 'text/csv' | 'application/x-ndjson' | 'application/json';
  /** Where the lines go that fail: beside it, as the user would call it. */
  readonly failedName: string;
  readonly failedPath: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The command cannot be understood, or names a file that cannot be sent. */
export class UsageError extends Error {}

/** Help was asked for, and has been given. */
export class HelpShown extends Error {}

const TYPES: Readonly<Record<string, InputFile['type']>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.json': 'application/json',
};

const EXIT_CODES = `
Exit codes:
  0    every operation succeeded (with --dry-run: the file would be accepted)
  2    the command or the file named cannot be understood
  3    the service could not be reached
  4    some operations failed, or nothing was accepted because the service refused the request
  130  interrupted; what was accepted goes on

The API key of WALLET_API_KEY is sent as a bearer token. Running the same command again is always safe.`;

/**
 * Reads the command line and the environment.
 * @throws UsageError with a sentence for the user; HelpShown.
 */
export function readConfig(args: readonly string[], env: Environment = process.env): Config {
  const { path, options } = parseArguments(args, env['WALLET_URL']);
  return Object.freeze({
    file: describeFile(path, folderOf(env)),
    url: options.url.replace(/\/+$/, ''),
    apiKey: env['WALLET_API_KEY'] === '' ? null : (env['WALLET_API_KEY'] ?? null),
    key: options.key ?? null,
    priority: options.priority ?? null,
    isAtomic: options.atomic ?? false,
    isDryRun: options.dryRun ?? false,
    isJson: options.json ?? false,
    giveUpAfterMs: options.giveUpAfter * 1000,
  });
}

/** The user's folder: npm runs its scripts in the project's, whichever the user is in. */
function folderOf(env: Environment): string {
  return (env['npm_lifecycle_event'] === 'batch' ? env['INIT_CWD'] : undefined) ?? process.cwd();
}

interface Options {
  readonly url: string;
  readonly key?: string;
  readonly priority?: 'high' | 'low';
  readonly atomic?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly giveUpAfter: number;
}

function parseArguments(args: readonly string[], urlFromEnv: string | undefined): { path: string; options: Options } {
  const command = new Command('npm run batch --')
    .description('Sends a file of operations as one batch, follows it, and tells what came of it.')
    .argument('<file>', '.csv, .ndjson, .jsonl or .json')
    .addOption(
      new Option('--url <url>', 'where the service answers; also WALLET_URL')
        .default('http://127.0.0.1:8000')
        .argParser(readUrl),
    )
    .option('--key <key>', 'the name of the batch (its content is its name otherwise)')
    .addOption(new Option('--priority <priority>', 'against other operations').choices(['high', 'low']))
    .option('--atomic', 'all operations succeed, or none')
    .option('--dry-run', 'only check the file')
    .option('--json', 'print one JSON document: the batch, or what went wrong')
    .addOption(
      new Option('--give-up-after <seconds>', 'how long to try without getting any further')
        .default(60)
        .argParser(readSeconds),
    )
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const environment = urlFromEnv ? ['--url', urlFromEnv] : [];
  try {
    command.parse([...environment, ...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw new UsageError(`${error.message.replace(/^error: /, '').replace(/\.$/, '')}. See --help.`);
  }
  return { path: command.args[0] ?? '', options: command.opts<Options & Record<string, unknown>>() };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError('It must be an http or https address.');
  }
  return url.href;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0 && seconds <= 86_400)) {
    throw new InvalidArgumentError('It must be a number of seconds, at most a day.');
  }
  return seconds;
}

function describeFile(name: string, folder: string): InputFile {
  const type = TYPES[extname(name).toLowerCase()];
  if (type === undefined) {
    throw new UsageError(`${name} must end in ${Object.keys(TYPES).join(', ')}: its name tells what it holds.`);
  }
  const path = resolve(folder, name);
  const stats = readStats(name, path);
  // What comes out of a pipe could not be sent a second time.
  if (!stats.isFile()) throw new UsageError(`${name} is not a file.`);
  const failedName = join(dirname(name), `${parse(name).name}.failed${type === 'text/csv' ? '.csv' : '.ndjson'}`);
  return { name, path, bytes: stats.size, type, failedName, failedPath: resolve(folder, failedName) };
}

function readStats(name: string, path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      isMissing ? `There is no file ${name}.` : `${name} cannot be read: ${(error as Error).message}.`,
    );
  }
}
