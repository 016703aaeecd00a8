import type { Batch, Problem } from './call-api.ts';
import type { Config } from './config.ts';
import type { CheckedFile } from './upload-file.ts';
import type { FailedLines } from './write-failed.ts';

/** How the command ends. `batch` is null where none is known to be accepted. */
export type Outcome =
  | { readonly kind: 'completed'; readonly batch: Batch; readonly isReplayed: boolean; readonly failed: FailedLines }
  | { readonly kind: 'checked'; readonly checked: CheckedFile }
  | { readonly kind: 'refused'; readonly problem: Problem; readonly batch: Batch | null }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly batch: Batch | null }
  | { readonly kind: 'interrupted'; readonly signal: 'SIGINT' | 'SIGTERM'; readonly batch: Batch | null }
  | { readonly kind: 'misused'; readonly reason: string };

const LINES_TOLD = 100;

export function exitCodeOf(outcome: Outcome): number {
  if (outcome.kind === 'completed') {
    const { batch, failed } = outcome;
    return batch.failed > 0 || failed.count > 0 || failed.problem !== null ? 4 : 0;
  }
  if (outcome.kind === 'interrupted') return outcome.signal === 'SIGINT' ? 130 : 143;
  const codes = { checked: 0, misused: 2, unreachable: 3, refused: 4 } as const;
  return codes[outcome.kind];
}

/** What a program is told: the batch, or else a problem with a stable code. */
export function toDocument(outcome: Outcome): unknown {
  switch (outcome.kind) {
    case 'completed':
      return describeCompleted(outcome);
    case 'checked':
      return outcome.checked;
    case 'refused':
      return { ...outcome.problem, ...(outcome.batch === null ? {} : { batch_id: outcome.batch.id }) };
    case 'unreachable':
      return { code: 'unreachable', detail: outcome.reason, batch_id: outcome.batch?.id ?? null };
    case 'interrupted':
      return { code: 'interrupted', detail: 'The command was interrupted.', batch_id: outcome.batch?.id ?? null };
    case 'misused':
      return { code: 'misused', detail: outcome.reason };
  }
}

/** The batch, and what it does not say by itself: why the command ends as it does. */
function describeCompleted({ batch, isReplayed, failed }: Completed): unknown {
  const { count, acceptedEarlier, name, problem } = failed;
  const lines = { count, accepted_earlier: acceptedEarlier, file: name, problem };
  return { ...batch, accepted_before: isReplayed, failed_lines: lines };
}

/** What a person is told. `config` is null if the command was not understood. */
export function toSentences(outcome: Outcome, config: Config | null): string[] {
  const name = config?.file.name ?? 'The file';
  switch (outcome.kind) {
    case 'completed':
      return tellCompleted(outcome, name);
    case 'checked':
      return [tellChecked(outcome.checked, name)];
    case 'refused':
      return tellRefused(outcome, name);
    case 'unreachable': {
      const seconds = (config?.giveUpAfterMs ?? 0) / 1000;
      return [
        `Gave up after ${seconds} s without progress at ${config?.url}: ${outcome.reason}`,
        ...goOn(outcome.batch, config),
      ];
    }
    case 'interrupted':
      return ['Interrupted.', ...goOn(outcome.batch, config)];
    case 'misused':
      return [outcome.reason];
  }
}

type Completed = Extract<Outcome, { kind: 'completed' }>;

function tellCompleted({ batch, isReplayed, failed }: Completed, name: string): string[] {
  const seconds = (Date.parse(batch.finished_at ?? batch.accepted_at) - Date.parse(batch.accepted_at)) / 1000;
  return [
    ...(isReplayed ? [`${name} had been accepted before, at ${batch.accepted_at}: nothing was accepted again.`] : []),
    `Batch ${batch.id}: ${counted(batch.total, 'operation')} in ${seconds.toFixed(1)} s, ` +
      `${number(batch.succeeded)} succeeded, ${number(batch.failed)} failed.`,
    ...(batch.cancelled_at === null ? [] : [`It was cancelled: what was pending then has failed.`]),
    ...tellReplayed(batch.replayed, failed),
    ...tellFailed(failed),
  ];
}

/** Lines that stand for operations of earlier requests: they have their outcomes from there. */
function tellReplayed(replayed: number, { acceptedEarlier, problem }: FailedLines): string[] {
  if (replayed === 0) return [];
  const accepted = `${counted(replayed, 'line')} had been accepted earlier under ${replayed === 1 ? 'its key' : 'their keys'}`;
  if (problem !== null) return [`${accepted}.`];
  const outcomes = `${number(replayed - acceptedEarlier)} succeeded, ${number(acceptedEarlier)} failed`;
  const remedy = acceptedEarlier > 0 ? ' A line that failed then needs another key to be tried again.' : '';
  return [`${accepted}: ${outcomes}.${remedy}`];
}

function tellFailed({ count, name, problem, staleName }: FailedLines): string[] {
  if (problem !== null) return [`The lines that failed could not be written: ${problem}.`];
  if (staleName !== null) return [`No line failed: ${staleName} is from an earlier run.`];
  if (name === null) return [];
  return [
    count === 1 ? `The line that failed is in ${name}.` : `The ${number(count)} lines that failed are in ${name}.`,
  ];
}

function tellChecked({ total, replayed, sums, accepted_as: earlierBatch }: CheckedFile, name: string): string {
  if (earlierBatch !== null)
    return `${name} was accepted before, as batch ${earlierBatch}. Nothing was accepted again.`;
  const of = sums.length > 0 ? ` of ${sums.map((sum) => `${sum.total} ${sum.asset}`).join(', ')} in all` : '';
  const earlier =
    replayed > 0
      ? ` ${counted(replayed, 'line')} had been accepted before under ${replayed === 1 ? 'its key' : 'their keys'}.`
      : '';
  return `${name} is valid: ${counted(total, 'operation')}${of}.${earlier} Nothing was accepted.`;
}

function tellRefused({ problem, batch }: Extract<Outcome, { kind: 'refused' }>, name: string): string[] {
  if (batch !== null) return [`Batch ${batch.id} cannot be followed: ${problem.detail}`];
  const errors = (problem.errors ?? []).filter((error) => error.line !== undefined);
  const lines = errors
    .sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
    .map(({ line, field, message }) => `line ${line}: ${field ? `${field}: ` : ''}${message}`);
  const reason = problem.detail.replace(/\.?( Nothing was accepted)?\.?$/, '');
  return [...lines.slice(0, LINES_TOLD), `${name} was refused: ${reason}. Nothing was accepted.`];
}

function goOn(batch: Batch | null, config: Config | null): string[] {
  if (config?.isDryRun) return ['Nothing was accepted: the file was only to be checked.'];
  const again = 'run the same command with the file unchanged';
  if (batch === null) {
    return [`It is not known whether the file was accepted. To go on, ${again}: nothing is applied twice.`];
  }
  if (batch.status === 'completed') return [`Batch ${batch.id} is completed. To see what became of it, ${again}.`];
  return [`Batch ${batch.id} goes on. To follow it again, ${again}.`];
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
