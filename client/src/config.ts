import { type Stats, statSync } from 'node:fs';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { UsageError, parseCommand, readApiKey, readUrl } from './parse-command.ts';

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
  /** When it was last changed, in milliseconds. */
  readonly modifiedMs: number;
  readonly type: 'text/csv' | 'application/x-ndjson' | 'application/json';
  /** Where the lines go that fail: beside it, as the user would call it. */
  readonly failedName: string;
  readonly failedPath: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const TYPES: Readonly<Record<string, InputFile['type']>> = {
  '.csv': 'text/csv',
  '.tsv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.json': 'application/json',
};

/** What a spreadsheet saves unless it is told to save CSV. */
const WORKBOOKS = ['.xlsx', '.xlsm', '.xls', '.ods'];

const KEY_PATTERN = /^[A-Za-z0-9_.:-]{1,255}$/;

const MORE_HELP = `
Running it again:
  The same command with the same file finds the same batch: nothing is applied twice. That holds for the content of the
  file, however it is written down, and for good: to apply the same file once more on purpose, give it another --key.
  A file in which a line was changed, added or removed is another batch. Its lines that have an idempotency_key or a
  reference_id stand for the operations that were accepted under it before; all others are accepted, and applied, anew.
  With --key, a changed file is refused.
  A line that was accepted before keeps its outcome: one that failed has failed, and needs another key to be tried again.
  POST /batches/{id}/retry sends the lines that failed once more. The file of failed lines is for reading and is refused.

Exit codes:
  0         every operation succeeded, those that were accepted before included (with --dry-run: the file would be accepted)
  2         the command or the file named cannot be understood
  3         the service could not be reached
  4         some operations failed, were cancelled, or had failed before; the lines that failed could not be written; or
            nothing was accepted because the service refused the request
  130, 143  interrupted, terminated; what was accepted goes on

The API key of WALLET_API_KEY is sent as a bearer token.`;

/**
 * Reads the command line and the environment.
 * @throws UsageError with a sentence for the user; HelpShown.
 */
export function readConfig(args: readonly string[], env: Environment = process.env): Config {
  const { path, options } = parseArguments(args, env['WALLET_URL']);
  return Object.freeze({
    file: describeFile(path, folderOf(env)),
    url: options.url.replace(/\/+$/, ''),
    apiKey: readApiKey(env['WALLET_API_KEY'] ?? '') ?? null,
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
    .argument('<file>', Object.keys(TYPES).join(', '))
    .addOption(
      new Option('--url <url>', 'where the service answers; also WALLET_URL')
        .default('http://127.0.0.1:8000')
        .argParser(readUrl),
    )
    .addOption(
      new Option('--key <key>', 'the name of the batch (its content is its name otherwise)').argParser(readKey),
    )
    .addOption(new Option('--priority <priority>', 'against other operations').choices(['high', 'low']))
    .option('--atomic', 'all operations succeed, or none')
    .option('--dry-run', 'only check the file')
    .option('--json', 'print one JSON document: the batch, or what went wrong')
    .addOption(
      new Option('--give-up-after <seconds>', 'how long to try without getting any further')
        .default(60)
        .argParser(readSeconds),
    )
    .addHelpText('after', MORE_HELP);
  parseCommand(command, [...(urlFromEnv ? ['--url', urlFromEnv] : []), ...args]);
  return { path: command.args[0] ?? '', options: command.opts<Options & Record<string, unknown>>() };
}

function readKey(text: string): string {
  if (!KEY_PATTERN.test(text)) throw new InvalidArgumentError('It must be 1 to 255 of A-Z a-z 0-9 _ . : -');
  return text;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0 && seconds <= 86_400)) {
    throw new InvalidArgumentError('It must be a number of seconds, at most a day.');
  }
  return seconds;
}

function describeFile(name: string, folder: string): InputFile {
  const extension = extname(name).toLowerCase();
  const type = TYPES[extension];
  if (WORKBOOKS.includes(extension)) {
    throw new UsageError(`${name} is a workbook: save it as "CSV UTF-8" and send that file.`);
  }
  if (type === undefined) {
    throw new UsageError(`${name} must end in ${Object.keys(TYPES).join(', ')}: its name tells what it holds.`);
  }
  const path = resolve(folder, name);
  const stats = readStats(name, path);
  // What comes out of a pipe could not be sent a second time.
  if (!stats.isFile()) throw new UsageError(`${name} is not a file.`);
  const failedName = join(dirname(name), `${parse(name).name}.failed${type === 'text/csv' ? extension : '.ndjson'}`);
  return {
    ...{ name, path, type, bytes: stats.size, modifiedMs: stats.mtimeMs },
    ...{ failedName, failedPath: resolve(folder, failedName) },
  };
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
