import { rmSync } from 'node:fs';
import type { Batch, LineError, Problem } from './call-api.ts';
import { type Config, type UploadConfig, readConfig } from './config.ts';
import { followBatch } from './follow-batch.ts';
import { inspectFile, warnOfMissingKeys } from './inspect-file.ts';
import { GivenUp, createPatience } from './keep-trying.ts';
import { HelpShown, UsageError } from './parse-command.ts';
import { type Progress, createProgress } from './progress.ts';
import { unfinishedPath } from './put-in-place.ts';
import { retryBatch } from './retry-batch.ts';
import { type Outcome, exitCodeOf, toDocument, toSentences } from './tell-outcome.ts';
import { uploadFile } from './upload-file.ts';
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
    if (!(error instanceof GivenUp)) throw error;
    return { kind: 'unreachable', reason: error.message, batch: accepted };
  } finally {
    progress.stop();
  }
}

/** @throws GivenUp; UsageError if the file cannot be read */
async function sendAndFollow(config: Config, progress: Progress, onKnown: (batch: Batch) => void): Promise<Outcome> {
  const patience = createPatience(config.giveUpAfterMs, (reason) => progress.waiting(reason));
  const sent =
    config.file === null ? await retryBatch(config, patience, progress) : await uploadFile(config, patience, progress);
  if (sent.kind === 'checked') {
    return { ...sent, refused: await writeIfAny(config, sent.checked.skipped_lines) };
  }
  if (sent.kind === 'refused')
    return { ...sent, batch: null, refused: await writeIfAny(config, linesOf(sent.problem)) };
  onKnown(sent.batch);
  const { skipped } = sent;
  const refused = await writeIfAny(config, skipped);
  const followed = await followBatch(config, sent.batch, patience, progress);
  if (followed.kind === 'refused') return { ...followed, batch: sent.batch, refused };
  const { batch } = followed;
  onKnown(batch);
  // A line that was accepted earlier is no operation of this batch, and may have failed all the same.
  const failed =
    batch.failed + batch.replayed > 0 ? await writeFailed(config, batch, skipped, patience) : noneFailed(config);
  return { kind: 'completed', batch, isReplayed: sent.kind === 'replayed', failed, refused };
}

async function writeIfAny(config: Config, lines: readonly LineError[] = []): Promise<RefusedLines> {
  return config.file === null ? NONE_REFUSED : writeRefused(config, lines);
}

function linesOf({ errors = [] }: Problem): LineError[] {
  return errors.flatMap(({ line, field = '', message }) => (line === undefined ? [] : [{ line, field, message }]));
}

/** Results go to stdout. So does the document of `--json`, and then nothing else does. */
function tell(outcome: Outcome, config: Config | null, isJson: boolean): void {
  const isResult = ['completed', 'checked', 'refused'].includes(outcome.kind);
  const sentences = `${toSentences(outcome, config).join('\n')}\n`;
  (isResult && !isJson ? process.stdout : process.stderr).write(sentences);
  if (isJson) process.stdout.write(`${JSON.stringify(toDocument(outcome), null, 2)}\n`);
  process.exitCode = exitCodeOf(outcome);
}
