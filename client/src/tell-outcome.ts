import type { Batch, CheckedBatch, LineError, ProblemDetail } from '@wallet/sdk';
import type { Config } from './config.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { FailedLines } from './write-failed.ts';
import type { RefusedLines } from './write-refused.ts';

/** A request that was refused, as `--json` prints it: problem details (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly ProblemDetail[] | undefined;
}

/** How the command ends. `batch` is null where none is known to be accepted. */
export type Outcome =
  | {
      readonly kind: 'completed';
      readonly batch: Batch;
      readonly isReplayed: boolean;
      readonly failed: FailedLines;
      /** The lines that were left out. */
      readonly refused: RefusedLines;
    }
  | { readonly kind: 'checked'; readonly checked: CheckedBatch; readonly refused: RefusedLines }
  | {
      readonly kind: 'refused';
      readonly problem: Problem;
      readonly batch: Batch | null;
      readonly refused: RefusedLines;
    }
  | {
      readonly kind: 'unreachable';
      readonly reason: string;
      /** Whether it was tried for as long as the user wanted; otherwise it would not have helped. */
      readonly isGivenUp: boolean;
      readonly batch: Batch | null;
    }
  | { readonly kind: 'interrupted'; readonly signal: 'SIGINT' | 'SIGTERM'; readonly batch: Batch | null }
  | { readonly kind: 'misused'; readonly reason: string };

/** The most lines that are not valid that the terminal shows: the file beside the input has all of them. */
const LINES_TOLD = 20;

export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'completed': {
      const { batch, failed, refused } = outcome;
      const isGood = batch.failed + failed.count + refused.errors.length === 0 && failed.problem === null;
      return isGood ? EXIT_CODES.good : EXIT_CODES.refused;
    }
    case 'checked':
      return outcome.refused.errors.length === 0 ? EXIT_CODES.good : EXIT_CODES.refused;
    case 'interrupted':
      return EXIT_CODES[outcome.signal];
    case 'misused':
    case 'refused':
    case 'unreachable':
      return EXIT_CODES[outcome.kind];
  }
}

/** What a program reads: the batch, or else a problem with a stable code. */
export function toDocument(outcome: Outcome): unknown {
  switch (outcome.kind) {
    case 'completed':
      return describeCompleted(outcome);
    case 'checked':
      return { ...outcome.checked, refused_lines: describeRefused(outcome.refused) };
    case 'refused': {
      const { problem, batch, refused } = outcome;
      const lines = refused.errors.length === 0 ? {} : { refused_lines: describeRefused(refused) };
      return { ...problem, ...lines, ...(batch === null ? {} : { batch_id: batch.id }) };
    }
    case 'unreachable':
      return { code: 'unreachable', detail: outcome.reason, batch_id: outcome.batch?.id ?? null };
    case 'interrupted':
      return { code: 'interrupted', detail: 'The command was interrupted.', batch_id: outcome.batch?.id ?? null };
    case 'misused':
      return { code: 'misused', detail: outcome.reason };
  }
}

/** The batch, and what it does not say by itself: why the command ends as it does. */
function describeCompleted({ batch, isReplayed, failed, refused }: Completed): unknown {
  const { count, acceptedEarlier, name, problem } = failed;
  const failedLines = { count, accepted_earlier: acceptedEarlier, file: name, problem };
  return {
    ...batch,
    accepted_before: isReplayed,
    failed_lines: failedLines,
    refused_lines: describeRefused(refused),
  };
}

function describeRefused({ errors, name, problem }: RefusedLines): unknown {
  return { count: errors.length, file: name, problem, errors };
}

/** What a person reads. `config` is null if the command was not understood. */
export function toSentences(outcome: Outcome, config: Config | null): string[] {
  const name = nameOf(config);
  switch (outcome.kind) {
    case 'completed':
      return tellCompleted(outcome, config);
    case 'checked':
      return [...listRefused(outcome.refused), tellChecked(outcome.checked, name), ...tellRefusedFile(outcome.refused)];
    case 'refused':
      return tellRefused(outcome, config);
    case 'unreachable': {
      const seconds = (config?.giveUpAfterMs ?? 0) / 1000;
      const gaveUp = `Gave up after ${seconds} s without progress at ${config?.url}: ${outcome.reason}`;
      return [outcome.isGivenUp ? gaveUp : outcome.reason, ...sayHowToContinue(outcome.batch, config)];
    }
    case 'interrupted':
      return ['Interrupted.', ...sayHowToContinue(outcome.batch, config)];
    case 'misused':
      return [outcome.reason];
  }
}

type Completed = Extract<Outcome, { kind: 'completed' }>;

function tellCompleted({ batch, isReplayed, failed, refused }: Completed, config: Config | null): string[] {
  const word = config?.retryOf == null ? 'accepted' : 'retried';
  const before = `${nameOf(config)} had been ${word} before, at ${batch.accepted_at}: nothing was accepted again.`;
  return [
    ...listRefused(refused),
    ...(isReplayed ? [before] : []),
    summarise(batch, failed),
    ...(batch.cancelled_at == null ? [] : ['It was cancelled: what was pending then has failed.']),
    ...tellFailed(failed, batch, config),
    ...tellRefusedFile(refused),
  ];
}

/** One sentence, whose numbers add up to the lines of the file. */
function summarise(batch: Batch, { acceptedEarlier, problem }: FailedLines): string {
  const { id, total, replayed, succeeded, failed, skipped } = batch;
  const seconds = (Date.parse(batch.finished_at ?? batch.accepted_at) - Date.parse(batch.accepted_at)) / 1000;
  // Without the list of what failed it is not known how the operations of earlier requests ended.
  const earlier =
    problem === null
      ? ([
          [replayed - acceptedEarlier, 'had succeeded before under their keys'],
          [acceptedEarlier, 'had failed before under their keys'],
        ] as const)
      : ([[replayed, 'had been accepted before under their keys']] as const);
  const rest = [...earlier, [skipped, 'left out'] as const]
    .filter(([count]) => count > 0)
    .map(([count, what]) => `, ${number(count)} ${what}`);
  return (
    `Batch ${id}: ${counted(total + replayed + skipped, 'line')} in ${seconds.toFixed(1)} s, ` +
    `${number(succeeded)} succeeded, ${number(failed)} failed${rest.join('')}.`
  );
}

function tellFailed(failed: FailedLines, batch: Batch, config: Config | null): string[] {
  const { count, name, problem, staleName, keptName } = failed;
  if (problem !== null) return [`The lines that failed could not be written: ${problem}.`];
  if (staleName !== null) return [`No line failed: ${staleName} is from an earlier run.`];
  if (name === null) return [];
  const what = count === 1 ? 'The line that failed is' : `The ${number(count)} lines that failed are`;
  const isTable = config?.file == null || config.file.type === 'text/csv';
  // What failed before is no operation of this batch, which alone can be retried.
  const remedies = [
    ...(isTable ? ['correct and send that file'] : []),
    ...(batch.failed > 0 ? [`try again unchanged with npm run batch -- --retry ${batch.id}`] : []),
  ];
  const remedy = remedies.length === 0 ? '' : `: ${remedies.join(', or ')}`;
  return [`${what} in ${name}${remedy}.`, ...tellKept(keptName, name)];
}

function tellKept(keptName: string | null, name: string): string[] {
  return keptName === null ? [] : [`The ${name} that was there before is now ${keptName}.`];
}

function tellChecked({ total, replayed, skipped, sums, accepted_as: earlier }: CheckedBatch, name: string): string {
  if (earlier !== null) return `${name} was accepted before, as batch ${earlier}. Nothing was accepted again.`;
  const of = sums.length > 0 ? ` of ${sums.map((sum) => `${sum.total} ${sum.asset}`).join(', ')} in all` : '';
  const before =
    replayed > 0
      ? ` ${counted(replayed, 'line')} had been accepted before under ${replayed === 1 ? 'its key' : 'their keys'}.`
      : '';
  const what = counted(total, 'operation');
  return skipped > 0
    ? `${name} would be accepted without ${counted(skipped, 'line')}: ${what}${of}.${before} Nothing was accepted.`
    : `${name} is valid: ${what}${of}.${before} Nothing was accepted.`;
}

function tellRefused(outcome: Extract<Outcome, { kind: 'refused' }>, config: Config | null): string[] {
  const { problem, batch, refused } = outcome;
  if (batch !== null) return [`Batch ${batch.id} cannot be followed: ${problem.detail}`];
  if (config?.retryOf != null) return [`${nameOf(config)} was not retried: ${problem.detail}`];
  const reason = problem.detail.replace(/\.?( Nothing was accepted)?\.?$/, '');
  const [, bad, all] = /^(\d+) of (\d+) lines /.exec(problem.detail) ?? [];
  const isPartlyGood = bad !== all && !config?.acceptsGood && !config?.isAtomic;
  const { name, keptName } = refused;
  const place = `${refused.errors.length === 1 ? 'The line that is' : 'The lines that are'} not valid`;
  const remedy = isPartlyGood
    ? ` Correct ${refused.errors.length === 1 ? 'it' : 'them'} in ${config?.name} and send it again, or accept the others now with --accept-good.`
    : '';
  return [
    ...listRefused(refused),
    `${nameOf(config)} was refused: ${reason}. Nothing was accepted.`,
    ...(refused.problem === null ? [] : tellRefusedFile(refused)),
    ...(name === null ? [] : [`${place}, with the reasons: ${name}.${remedy}`, ...tellKept(keptName, name)]),
  ];
}

function listRefused({ errors }: RefusedLines): string[] {
  const lines = errors.slice(0, LINES_TOLD).map(describeError);
  return errors.length > LINES_TOLD ? [...lines, `and ${number(errors.length - LINES_TOLD)} more`] : lines;
}

function describeError({ line, field, message }: LineError): string {
  return `line ${line}: ${field ? `${field}: ` : ''}${message}`;
}

function tellRefusedFile({ errors, name, problem, keptName }: RefusedLines): string[] {
  if (problem !== null) return [`The lines that are not valid could not be written: ${problem}.`];
  if (name === null) return [];
  const count = errors.length;
  const what = count === 1 ? 'The line that is not valid is' : `The ${number(count)} lines that are not valid are`;
  return [
    `${what} in ${name}${name.endsWith('.ndjson') ? '' : ': correct and send that file'}.`,
    ...tellKept(keptName, name),
  ];
}

function sayHowToContinue(batch: Batch | null, config: Config | null): string[] {
  if (config?.isDryRun) return ['Nothing was accepted: the file was only to be checked.'];
  const again = `run the same command${config?.file == null ? '' : ' with the file unchanged'}`;
  if (batch === null) {
    const what = config?.retryOf == null ? 'whether the file was accepted' : 'whether the batch was retried';
    return [`It is not known ${what}. To continue, ${again}: nothing is applied twice.`];
  }
  if (batch.status === 'completed') return [`Batch ${batch.id} is completed. To see its outcome, ${again}.`];
  return [`Batch ${batch.id} is still being applied. To follow it again, ${again}.`];
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** As a sentence begins with it. */
function nameOf(config: Config | null): string {
  return config?.retryOf == null ? (config?.name ?? 'The file') : `Batch ${config.retryOf}`;
}
