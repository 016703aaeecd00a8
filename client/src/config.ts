import { InvalidArgumentError, Option } from 'commander';
import { BATCH_HELP } from './batch-help.ts';
import { FILE_TYPES, type InputFile, type OutputFile, describeFile, describeOutput } from './input-file.ts';
import { UsageError, commandOnService, parseCommand } from './parse-command.ts';

/** What the command was told, checked. */
export type Config = UploadConfig | RetryConfig;

interface Common {
  /** Where the service answers, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  /** What the command is about, as the user calls it. */
  readonly name: string;
  /** Where the lines go that fail. */
  readonly failed: OutputFile;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  /** How long to try without getting any further. */
  readonly giveUpAfterMs: number;
}

export interface UploadConfig extends Common {
  readonly file: InputFile;
  readonly retryOf: null;
  /** The name of the batch. Without one its content is its name. */
  readonly key: string | null;
  /** The column with the keys of the lines. */
  readonly keyColumn: string | null;
  readonly priority: 'high' | 'low' | null;
  readonly isAtomic: boolean;
  /** Whether lines that are not valid are left out. */
  readonly acceptsGood: boolean;
}

export interface RetryConfig extends Common {
  readonly file: null;
  /** The batch of which what failed is to be tried again. */
  readonly retryOf: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const KEY_PATTERN = /^[A-Za-z0-9_.:-]{1,255}$/;
const ID_PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Options {
  readonly url: string;
  readonly apiKey?: string;
  readonly retry?: string;
  readonly key?: string;
  readonly keyColumn?: string;
  readonly priority?: 'high' | 'low';
  readonly acceptGood?: boolean;
  readonly atomic?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly giveUpAfter: number;
}

/**
 * Reads the command line and the environment.
 * @throws UsageError with a sentence for the user; HelpShown.
 */
export function readConfig(args: readonly string[], env: Environment = process.env): Config {
  const { path, options } = parseArguments(args);
  const { retry } = options;
  const common = {
    url: options.url.replace(/\/+$/, ''),
    apiKey: options.apiKey,
    isJson: options.json ?? false,
    giveUpAfterMs: options.giveUpAfter * 1000,
  };
  if (retry !== undefined) {
    if (path !== undefined)
      throw new UsageError(`--retry names a batch, and no file is sent with it: leave out ${path}.`);
    const failed = describeOutput(`${retry}.failed.csv`, folderOf(env));
    return Object.freeze({ ...common, file: null, name: `batch ${retry}`, failed, isDryRun: false, retryOf: retry });
  }
  if (path === undefined) throw new UsageError('Name the file to send, or a batch with --retry. See --help.');
  const file = describeFile(path, folderOf(env));
  if (options.keyColumn !== undefined && file.type !== 'text/csv') {
    throw new UsageError('--key-column is for .csv and .tsv: a line of JSON has its key in idempotency_key.');
  }
  return Object.freeze({
    ...common,
    ...{ file, name: file.name, failed: file.failed, retryOf: null },
    key: options.key ?? null,
    keyColumn: options.keyColumn ?? null,
    priority: options.priority ?? null,
    isAtomic: options.atomic ?? false,
    acceptsGood: options.acceptGood ?? false,
    isDryRun: options.dryRun ?? false,
  });
}

/** The user's folder: npm runs its scripts in the project's, whichever the user is in. */
function folderOf(env: Environment): string {
  return (env['npm_lifecycle_event'] === 'batch' ? env['INIT_CWD'] : undefined) ?? process.cwd();
}

function parseArguments(args: readonly string[]): { path: string | undefined; options: Options } {
  const ofFiles = ['key', 'keyColumn', 'priority', 'acceptGood', 'atomic', 'dryRun'];
  const command = commandOnService(
    'npm run batch --',
    'Sends a file of operations as one batch, follows it to its end, and says what failed.',
    'print one JSON document: the batch, or what went wrong',
  )
    .argument('[file]', FILE_TYPES)
    .addOption(new Option('--dry-run', 'only check the file'))
    .addOption(new Option('--accept-good', 'accept the valid lines, and list the others').conflicts(['atomic']))
    .addOption(
      new Option('--key <key>', 'the name of the batch (its content is its name otherwise)').argParser(readKey),
    )
    .option('--key-column <name>', 'the column of a CSV file with a key for each line (idempotency_key otherwise)')
    .addOption(
      new Option('--retry <batch>', 'try once more what failed of a batch, unchanged')
        .argParser(readId)
        .conflicts(ofFiles),
    )
    .addOption(new Option('--priority <priority>', 'against other operations').choices(['high', 'low']))
    .option('--atomic', 'all operations succeed, or none')
    .addOption(
      new Option('--give-up-after <seconds>', 'how long to try without getting any further')
        .default(60)
        .argParser(readSeconds),
    )
    .addHelpText('after', BATCH_HELP);
  parseCommand(command, args);
  return { path: command.args[0], options: command.opts<Options & Record<string, unknown>>() };
}

function readKey(text: string): string {
  if (!KEY_PATTERN.test(text)) throw new InvalidArgumentError('It must be 1 to 255 of A-Z a-z 0-9 _ . : -');
  return text;
}

function readId(text: string): string {
  if (!ID_PATTERN.test(text)) throw new InvalidArgumentError('It must be the id of a batch.');
  return text.toLowerCase();
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0 && seconds <= 86_400)) {
    throw new InvalidArgumentError('It must be a number of seconds, at most a day.');
  }
  return seconds;
}
