import { type Cancel, type History, intentOf } from '../history.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Replay } from './replay.ts';
import type { Violation } from './violation.ts';

/**
 * A scheduled operation is executed at its moment or later, or it is cancelled: if one request was answered so, and only if
 * one asked for it. A cancelled operation moved nothing, and its result and its event show its wallets as they stood at the
 * moment of its cancellation.
 */
export function checkCancels(
  history: History,
  { operations }: Recorded,
  replay: Replay,
  sequences: ReadonlyMap<string, number>,
): Violation[] {
  const cancels = new Map<string, Cancel[]>();
  for (const cancel of history.cancels) cancels.set(cancel.id, [...(cancels.get(cancel.id) ?? []), cancel]);
  return operations
    .filter(({ executeAt, status }) => executeAt !== null && status !== null)
    .flatMap((operation) => {
      const at = intentOf(history, operation.key)?.sentAt ?? null;
      const broken = operation.seq === null ? checkCancelled(operation, replay, sequences) : checkExecuted(operation);
      return [...checkAnswers(operation, cancels.get(operation.id) ?? []), ...broken].map((each) => ({ ...each, at }));
    });
}

type Broken = Omit<Violation, 'at'>;

function checkAnswers({ id, errorCode }: RecordedOperation, cancels: readonly Cancel[]): Broken[] {
  const isCancelled = errorCode === 'cancelled';
  const ends = cancels.map(({ end }) => end);
  const confirmed = ends.filter((end) => end === 'cancelled').length;
  const broken: Broken[] = [];
  if (ends.includes('refused')) broken.push({ law: 'refused', detail: `cancelling ${id} was answered with an error` });
  if (confirmed > 1)
    broken.push({ law: 'twice', detail: `operation ${id} was answered ${confirmed} times as cancelled` });
  if (confirmed > 0 && !isCancelled)
    broken.push({
      law: 'cancel_ignored',
      detail: `operation ${id} was answered as cancelled, and ended as ${errorCode}`,
    });
  if (isCancelled && ends.every((end) => end === 'not_scheduled'))
    broken.push({ law: 'unasked', detail: `operation ${id} is cancelled, which no request has done` });
  return broken;
}

function checkExecuted({ id, executeAt, completedAt }: RecordedOperation): Broken[] {
  if (executeAt === null || completedAt === null || completedAt >= executeAt) return [];
  const detail = `operation ${id} ended at ${completedAt.toISOString()}, its moment was ${executeAt.toISOString()}`;
  return [{ law: 'executed_early', detail }];
}

function checkCancelled(
  operation: RecordedOperation,
  { states, turns }: Replay,
  sequences: ReadonlyMap<string, number>,
): Broken[] {
  const { id, errorCode, moves, wallet, to, balance, version, toBalance, toVersion } = operation;
  if (errorCode !== 'cancelled' || moves.length > 0)
    return [{ law: 'outcome', detail: `operation ${id} never had a place in a queue, and ended as ${errorCode}` }];
  const told = [
    { name: wallet, balance, version },
    ...(to === null ? [] : [{ name: to, balance: toBalance, version: toVersion }]),
  ];
  const sequence = sequences.get(id);
  return told.flatMap((each): Broken[] => {
    const stood = each.version === 0n ? 0n : states.get(each.name)?.get(Number(each.version))?.balance;
    if (each.balance !== stood) {
      const detail = `operation ${id} says ${each.balance}, ${each.version} of ${each.name}, the model ${stood}`;
      return [{ law: 'balance', detail }];
    }
    const isApart = (turns.get(each.name) ?? []).some((other) => {
      const [left, own] = [versionLeftBy(other, each.name), sequences.get(other.id)];
      if (left === null || own === undefined || sequence === undefined) return false;
      return left <= (each.version ?? 0n) !== own < sequence;
    });
    if (!isApart) return [];
    return [{ law: 'told_out_of_order', detail: `operation ${id} of ${each.name} has sequence ${sequence}` }];
  });
}

/** At which version an operation left an account; null if it did not move it. */
function versionLeftBy({ moves }: RecordedOperation, name: string): bigint | null {
  const versions = moves.flatMap((move) => [
    ...(move.from === name ? [move.fromVersion] : []),
    ...(move.to === name ? [move.toVersion] : []),
  ]);
  return versions.reduce<bigint | null>((last, version) => (last === null || version > last ? version : last), null);
}
