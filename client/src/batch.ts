import type { Batch } from './call-api.ts';
import { type Config, HelpShown, UsageError, readConfig } from './config.ts';
import { followBatch } from './follow-batch.ts';
import { GivenUp, createPatience } from './keep-trying.ts';
import { type Progress, createProgress } from './progress.ts';
import { type Outcome, exitCodeOf, toDocument, toSentences } from './tell-outcome.ts';
import { uploadFile } from './upload-file.ts';
import { type FailedLines, writeFailed } from './write-failed.ts';

const NONE_FAILED: FailedLines = { count: 0, name: null, problem: null };

/**
 * `npm run batch -- credits.csv`: sends a file of operations as one batch, follows it to its end, writes the lines that
 * failed into a file beside it, and tells what came of it. Running it again finds the same batch again.
 */
await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<void> {
  try {
    const config = readConfig(args);
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
  process.once('SIGINT', () => {
    progress.stop();
    tell({ kind: 'interrupted', batch: accepted }, config, config.isJson);
    process.exit();
  });
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
async function sendAndFollow(config: Config, progress: Progress, onAccepted: (batch: Batch) => void): Promise<Outcome> {
  const patience = createPatience(config.giveUpAfterMs, (reason) => progress.waiting(reason));
  const upload = await uploadFile(config, patience, progress);
  if (upload.kind === 'checked') return upload;
  if (upload.kind === 'refused') return { ...upload, batch: null };
  onAccepted(upload.batch);
  const followed = await followBatch(config, upload.batch, patience, progress);
  if (followed.kind === 'refused') return { ...followed, batch: upload.batch };
  const { batch } = followed;
  // A line that was accepted earlier is no operation of this batch, and may have failed all the same.
  const failed = batch.failed + batch.replayed > 0 ? await writeFailed(config, batch.id, patience) : NONE_FAILED;
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
