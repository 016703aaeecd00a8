import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceStatus } from '@wallet/sdk';
import { askOnce, explainFailure } from './ask-once.ts';
import { EXIT_CODES, explainExitCodes } from './exit-codes.ts';
import { HelpShown, UsageError, commandOnService, parseCommand } from './parse-command.ts';
import { renderStatus } from './render-status.ts';

/**
 * `npm run status`: how the service is, refreshed every two seconds in place. Where the output is no terminal, or with --once, it is
 * printed once.
 */

interface Options {
  readonly url: string;
  readonly apiKey?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const REFRESH_MS = 2_000;
const DEGRADED = 1;
const [HOME, CLEAR_LINE, CLEAR_BELOW, CLEAR_ALL] = ['\x1b[H', '\x1b[K', '\x1b[J', '\x1b[2J'];

const MORE_HELP = explainExitCodes({
  good: 'all is well; ended by Ctrl-C',
  refused: 'the service refused to answer: the key needs the scope operations:read',
  others: ['1  the service is degraded (printed once)'],
});

const { url, apiKey, once, json } = readOptions();
const api = askOnce(url, apiKey);
if (once === true || json === true || !process.stdout.isTTY) await printOnce();
else await refresh();

function readOptions(): Options {
  const command = commandOnService(
    'npm run status --',
    'Shows how the service is: rates, what waits, workers, batches, webhooks and the last hour.',
    'print the answer of GET /status once, as JSON',
  )
    .option('--once', 'print it once, and do not refresh')
    .addHelpText('after', MORE_HELP);
  try {
    parseCommand(command, process.argv.slice(2));
  } catch (error) {
    if (error instanceof HelpShown) process.exit();
    if (error instanceof UsageError) fail(error.message, EXIT_CODES.misused);
    throw error;
  }
  return command.opts<Options & Record<string, unknown>>();
}

async function printOnce(): Promise<void> {
  const answer = await ask();
  if ('reason' in answer) fail(answer.reason, answer.code);
  const text = json === true ? JSON.stringify(answer, null, 2) : renderStatus(answer).join('\n');
  process.stdout.write(`${text}\n`);
  process.exitCode = answer.status === 'ok' ? EXIT_CODES.good : DEGRADED;
}

/** A service that is away for a moment is asked again; what was seen last stays on the screen. */
async function refresh(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit());
  let lines: string[] = [];
  process.stdout.write(CLEAR_ALL);
  for (;;) {
    const answer = await ask();
    if ('reason' in answer && answer.code !== 3) fail(answer.reason, answer.code);
    if (!('reason' in answer)) lines = renderStatus(answer);
    const shown = 'reason' in answer ? [answer.reason, '', ...lines] : lines;
    const { rows, columns } = process.stdout;
    const fitting = shown.slice(0, rows - 1).map((line) => line.slice(0, columns) + CLEAR_LINE);
    process.stdout.write(`${HOME}${fitting.join('\n')}\n${CLEAR_BELOW}`);
    await delay(REFRESH_MS);
  }
}

async function ask(): Promise<ServiceStatus | { readonly reason: string; readonly code: 3 | 4 }> {
  try {
    const status = await api.status();
    // Other services have a page of this name.
    return 'rates' in status ? status : { reason: `There is another service at ${url}.`, code: EXIT_CODES.refused };
  } catch (error) {
    return explainFailure(error, url);
  }
}

function fail(reason: string, code: number): never {
  process.stderr.write(`${reason}\n`);
  process.exit(code);
}
