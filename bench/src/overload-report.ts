import { auditDatabase } from '@wallet/shared/database/audit';
import type { Database } from '@wallet/shared/database/pool';

const BACK = 0.95;
const BACK_WITHIN_S = 30;
const POLL_MS = 1_000;

export interface Second {
  offered: number;
  accepted: number;
  refused: number;
  broken: number;
  applied: number;
}

/** What happened each second, and the result of each request. */
export interface Run {
  readonly begun: number;
  readonly seconds: Second[];
  readonly accepted: Set<string>;
  readonly refused: Set<string>;
  /** Requests without an answer: they may have been accepted. */
  readonly unknown: Set<string>;
  /** Other statuses than 202 and 503; 0 is no answer. */
  readonly statuses: Set<number>;
  readonly polls: { readonly at: number; readonly ms: number; readonly status: number }[];
  readonly waits: { readonly at: number; readonly ms: number }[];
  /** Memory of the API in MB, by when. */
  readonly memory: { readonly at: number; readonly mb: number }[];
  /** Operations to poll. */
  readonly ids: string[];
}

export function tell(now: Run, name: string, from: number, to: number): void {
  const seconds = now.seconds.slice(from, to);
  const rate = (of: (second: Second) => number): string =>
    (seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length).toFixed(0);
  const within = ({ at }: { readonly at: number }): boolean => at >= from && at < to;
  const polls = now.polls.filter(within).map(({ ms }) => ms);
  const waits = now.waits.filter(within).map(({ ms }) => ms);
  const memory = Math.max(...now.memory.filter(within).map(({ mb }) => mb));
  say(
    `${name}: offered ${rate(({ offered }) => offered)}/s, accepted ${rate(({ accepted }) => accepted)}/s, ` +
      `refused ${rate(({ refused }) => refused)}/s, otherwise ${rate(({ broken }) => broken)}/s, ` +
      `applied ${rate(({ applied }) => applied)}/s`,
  );
  say(
    `  polls p50 ${at(polls, 0.5)}, p99 ${at(polls, 0.99)}; accepted in p50 ${at(waits, 0.5)}, p99 ${at(waits, 0.99)}`,
  );
  say(`  memory of the API at most ${memory.toFixed(0)} MB`);
}

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(0) ?? '-'} ms`;
}

/** @returns whether all checks passed. */
export function judge(
  now: Run,
  phases: { overloadBegun: number; afterBegun: number; ended: number; half: number },
): boolean {
  const { overloadBegun, afterBegun, ended, half } = phases;
  const back = now.seconds.slice(afterBegun, ended).findIndex((_, index, all) => {
    const next = all.slice(index, index + 3);
    return (
      next.length > 0 &&
      next.reduce((sum, each) => sum + Math.min(each.accepted, each.applied), 0) / next.length >= BACK * half
    );
  });
  say(`seconds until ${BACK * 100} % of half the capacity is accepted and applied again: ${back < 0 ? 'never' : back}`);
  const polls = now.polls.filter((poll) => poll.at >= overloadBegun && poll.at < afterBegun);
  const sorted = polls.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const slow = sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Infinity;
  const verdicts = [
    verdict(`goodput is back within ${BACK_WITHIN_S} s`, back >= 0 && back <= BACK_WITHIN_S),
    verdict('99 of 100 polls take less than a second', slow < POLL_MS),
    verdict(
      'every poll was answered',
      now.polls.every(({ status }) => status === 200),
    ),
  ];
  return verdicts.every(Boolean);
}

/** Compares the answers with the stored operations. @returns whether they agree. */
export async function check(now: Run, database: Database): Promise<boolean> {
  const { rows } = await database.query<{ key: string; status: string | null }>(
    `SELECT idempotency_key AS key, status FROM operations LEFT JOIN outcomes ON outcomes.operation_id = operations.id`,
  );
  const stored = new Map(rows.map(({ key, status }) => [key, status]));
  const applied = [...now.accepted].filter((key) => stored.get(key) === 'succeeded').length;
  const traces = [...now.refused].filter((key) => stored.has(key)).length;
  const others = rows.filter(({ key }) => !now.accepted.has(key)).length;
  say(`accepted ${now.accepted.size}, applied ${applied}; refused ${now.refused.size}, stored ${traces} of them`);
  say(`answered otherwise ${now.unknown.size} (${[...now.statuses].join(', ')}), stored ${others} of them`);
  const violations = await auditDatabase(database, (found) => {
    say(JSON.stringify(found));
  });
  const isComplete = applied === now.accepted.size && others <= now.unknown.size;
  const verdicts = [
    verdict('what was accepted was applied, once, and nothing else', isComplete),
    verdict('what was refused left no trace', traces === 0),
    verdict('the audit finds nothing', violations === 0),
  ];
  return verdicts.every(Boolean);
}

function verdict(sentence: string, isSo: boolean): boolean {
  say(`${isSo ? 'yes' : 'NO '}  ${sentence}`);
  return isSo;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
