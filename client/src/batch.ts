import { rmSync } from 'node:fs';
import {
  type Batch,
  type LineError,
  type ProblemDetail,
  WalletApi,
  WalletApiError,
  WalletConnectionError,
} from '@wallet/sdk';
import { type Config, type UploadConfig, readConfig } from './config.ts';
import { followBatch } from './follow-batch.ts';
import { inspectFile, warnOfMissingKeys } from './inspect-file.ts';
import { HelpShown, UsageError } from './parse-command.ts';
import { GivenUp, createPatience } from './patience.ts';
import { type Progress, createProgress } from './progress.ts';
import { unfinishedPath } from './put-in-place.ts';
import { retryBatch } from './retry-batch.ts';
import { type Outcome, type Problem, exitCodeOf, toDocument, toSentences } from './tell-outcome.ts';
import { checkFile, uploadFile } from './upload-file.ts';
import { noneFailed, writeFailed } from './write-failed.ts';
import { NONE_REFUSED, type RefusedLines, writeRefused } from './write-refused.ts';

/**
 * `npm run batch -- credits.csv`: sends a file of operations as one batch, or with `--retry` what failed of one; follows it to
 * its end, writes the lines that failed or were refused into files beside it, and reports the outcome. Running it again with the
 * same file finds the same batch again.
 */
await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<void> {
  try {
    const config = readConfig(args);
    if (config.file !== null) await warnIfUnkeyed(config);
    tell(await sendAndTell(config), config, config.isJson);
  } catch (error) {
    if (error instanceof HelpShown) return;
    if (!(error instanceof UsageError)) throw error;
    tell({ kind: 'misused', reason: error.message }, null, args.includes('--json'));
  }
}

async function warnIfUnkeyed(config: UploadConfig): Promise<void> {
  const { hasKeys } = await inspectFile(config);
  if (!hasKeys && config.key === null) process.stderr.write(`${warnOfMissingKeys(config.name)}\n`);
}

async function sendAndTell(config: Config): Promise<Outcome> {
  const progress = createProgress(config.file?.bytes ?? 0, process.stderr.isTTY);
  let accepted: Batch | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      progress.stop();
      for (const file of [config.failed, config.file?.refused ?? config.failed]) {
        rmSync(unfinishedPath(file), { force: true });
      }
      tell({ kind: 'interrupted', signal, batch: accepted }, config, config.isJson);
      process.exit();
    });
  }
  try {
    return await sendAndFollow(config, progress, (batch) => (accepted = batch));
  } catch (error) {
    const isGivenUp = error instanceof GivenUp;
    if (!isGivenUp && !(error instanceof WalletConnectionError)) throw error;
    return { kind: 'unreachable', reason: error.message, isGivenUp, batch: accepted };
  } finally {
    progress.stop();
  }
}

/** @throws GivenUp, WalletConnectionError; UsageError if the file cannot be read */
async function sendAndFollow(config: Config, progress: Progress, onKnown: (batch: Batch) => void): Promise<Outcome> {
  const patience = createPatience(config.giveUpAfterMs, (reason) => progress.waiting(reason));
  const api = new WalletApi({
    ...{ baseUrl: config.url, apiKey: config.apiKey, deadlineMs: Infinity },
    onRetry: (retry) => patience.onRetry(retry),
  });
  let known: Batch | null = null;
  let refused = NONE_REFUSED;
  try {
    if (config.file !== null && config.isDryRun) {
      const checked = await checkFile(config, api, patience, progress);
      return { kind: 'checked', checked, refused: await writeIfAny(config, checked.skipped_lines) };
    }
    const sent =
      config.file === null
        ? await retryBatch(config, api, patience, progress)
        : await uploadFile(config, api, patience, progress);
    known = sent.batch;
    onKnown(known);
    refused = await writeIfAny(config, sent.skipped);
    const batch = await followBatch(api, known, patience, progress);
    onKnown(batch);
    // A line that was accepted earlier is no operation of this batch, and may have failed all the same.
    const failed =
      batch.failed + batch.replayed > 0
        ? await writeFailed(config, { ...sent, batch }, api, patience)
        : noneFailed(config);
    return { kind: 'completed', batch, isReplayed: sent.isReplayed, failed, refused };
  } catch (error) {
    if (!(error instanceof WalletApiError)) throw error;
    if (known === null) refused = await writeIfAny(config, error.errors.filter(isOfLine));
    return { kind: 'refused', problem: describeProblem(error), batch: known, refused };
  }
}

async function writeIfAny(config: Config, lines: readonly LineError[] = []): Promise<RefusedLines> {
  return config.file === null ? NONE_REFUSED : writeRefused(config, lines);
}

function isOfLine(detail: ProblemDetail): detail is LineError {
  return 'line' in detail;
}

function describeProblem({ problem, code, status, message }: WalletApiError): Problem {
  return { ...problem, code, status, detail: message };
}

/** Results go to stdout. So does the document of `--json`, and then nothing else does. */
function tell(outcome: Outcome, config: Config | null, isJson: boolean): void {
  const isResult = ['completed', 'checked', 'refused'].includes(outcome.kind);
  const sentences = `${toSentences(outcome, config).join('\n')}\n`;
  (isResult && !isJson ? process.stdout : process.stderr).write(sentences);
  if (isJson) process.stdout.write(`${JSON.stringify(toDocument(outcome), null, 2)}\n`);
  process.exitCode = exitCodeOf(outcome);
}
