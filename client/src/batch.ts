import { rmSync } from 'node:fs';
import type { Batch } from './call-api.ts';
import { type Config, readConfig } from './config.ts';
import { followBatch } from './follow-batch.ts';
import { inspectFile, warnOfMissingKeys } from './inspect-file.ts';
import { GivenUp, createPatience } from './keep-trying.ts';
import { HelpShown, UsageError } from './parse-command.ts';
import { type Progress, createProgress } from './progress.ts';
import { type Outcome, exitCodeOf, toDocument, toSentences } from './tell-outcome.ts';
import { uploadFile } from './upload-file.ts';
import { noneFailed, unfinishedPath, writeFailed } from './write-failed.ts';

/**
 * `npm run batch -- credits.csv`: sends a file of operations as one batch, follows it to its end, writes the lines that
 * failed into a file beside it, and reports the outcome. Running it again with the same file finds the same batch again.
 */
await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<void> {
  try {
    const config = readConfig(args);
    const { hasKeys } = await inspectFile(config.file);
    if (!hasKeys && config.key === null) process.stderr.write(`${warnOfMissingKeys(config.file.name)}\n`);
    tell(await sendFile(config), config, config.isJson);
  } catch (error) {
    if (error instanceof HelpShown) return;
    if (!(error instanceof UsageError)) throw error;
    tell({ kind: 'misused', reason: error.message }, null, args.includes('--json'));
  }
}

async function sendFile(config: Config): Promise<Outcome> {
  const progress = createProgress(config.file.bytes, process.stderr.isTTY);
  let accepted: Batch | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      progress.stop();
      rmSync(unfinishedPath(config), { force: true });
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
  const upload = await uploadFile(config, patience, progress);
  if (upload.kind === 'checked') return upload;
  if (upload.kind === 'refused') return { ...upload, batch: null };
  onKnown(upload.batch);
  const followed = await followBatch(config, upload.batch, patience, progress);
  if (followed.kind === 'refused') return { ...followed, batch: upload.batch };
  const { batch } = followed;
  onKnown(batch);
  // A line that was accepted earlier is no operation of this batch, and may have failed all the same.
  const failed = batch.failed + batch.replayed > 0 ? await writeFailed(config, batch.id, patience) : noneFailed(config);
  return { kind: 'completed', batch, isReplayed: upload.kind === 'replayed', failed };
}

/** Results go to stdout. So does the document of `--json`, and then nothing else does. */
function tell(outcome: Outcome, config: Config | null, isJson: boolean): void {
  const isResult = ['completed', 'checked', 'refused'].includes(outcome.kind);
  const sentences = `${toSentences(outcome, config).join('\n')}\n`;
  (isResult && !isJson ? process.stdout : process.stderr).write(sentences);
  if (isJson) process.stdout.write(`${JSON.stringify(toDocument(outcome), null, 2)}\n`);
  process.exitCode = exitCodeOf(outcome);
}
