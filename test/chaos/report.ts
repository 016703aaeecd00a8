import type { Law, Violation } from './check/violation.ts';
import type { Intent } from './history.ts';

/** A fault as it was. `isInjected` is false if the moment that it waited for did not come. */
export interface InjectedFault {
  readonly kind: string;
  readonly point: string;
  readonly begunAt: number;
  readonly endedAt: number;
  readonly isInjected: boolean;
}

/** How everything came to rest after a round of faults. */
export interface Rest {
  /** Requests whose outcome nobody knew. */
  readonly unknown: number;
  readonly askedMs: number;
  readonly finalMs: number;
  readonly toldMs: number;
}

export interface CampaignReport {
  readonly seed: number;
  readonly faults: readonly InjectedFault[];
  /** How many there are, all of them checked. */
  readonly operations: number;
  /** How many of each type came to each end: `succeeded`, or the code of the refusal. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly violations: readonly Violation[];
  readonly intents: ReadonlyMap<string, Intent>;
  readonly sightings: number;
  readonly readings: number;
  readonly told: number;
  readonly seconds: number;
  readonly rests: readonly Rest[];
  /** From each kill of a worker in a drain to the next operation of its partitions, in milliseconds. */
  readonly waits: readonly number[];
}

/** A line of the table: all faults of a kind at a point. */
export interface Row {
  readonly kind: string;
  readonly point: string;
  repetitions: number;
  missed: number;
  /** Operations that were asked for, or unknown, while one of them lasted. */
  operations: number;
  violations: number;
}

/** How long after its end a violation may still be laid at a fault's door. */
const AFTERMATH_MS = 1_000;

export function makeRows({ faults, intents, violations }: CampaignReport): Row[] {
  const rows = new Map<string, Row>();
  const asked = [...intents.values()];
  for (const { kind, point, begunAt, endedAt, isInjected } of faults) {
    const name = `${kind} × ${point}`;
    const row = rows.get(name) ?? { kind, point, repetitions: 0, missed: 0, operations: 0, violations: 0 };
    rows.set(name, row);
    if (!isInjected) {
      row.missed += 1;
      continue;
    }
    row.repetitions += 1;
    for (const { sentAt, acknowledgedAt, wishes } of asked) {
      if (sentAt <= endedAt + AFTERMATH_MS && (acknowledgedAt ?? Infinity) >= begunAt) row.operations += wishes.length;
    }
    row.violations += violations.filter(
      ({ at }) => at !== null && at >= begunAt - AFTERMATH_MS && at <= endedAt + AFTERMATH_MS,
    ).length;
  }
  return [...rows.values()].sort((a, b) => `${a.kind}${a.point}`.localeCompare(`${b.kind}${b.point}`));
}

/** The table as text that is also Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const head = ['fault', 'point', 'times', 'operations', 'violations'];
  const body = rows
    .filter(({ repetitions }) => repetitions > 0)
    .map((row) => [row.kind, row.point, ...[row.repetitions, row.operations, row.violations].map(String)]);
  const widths = head.map((name, column) => Math.max(name.length, ...body.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** Everything but the table, a sentence for each. */
export function summarise(report: CampaignReport): string[] {
  const { faults, violations, rests, waits } = report;
  const injected = faults.filter(({ isInjected }) => isInjected);
  const kinds = new Set(injected.map(({ kind }) => kind)).size;
  const points = new Set(injected.map(({ kind, point }) => `${kind} × ${point}`)).size;
  const slowest = (ms: readonly number[]): string => (Math.max(0, ...ms) / 1_000).toFixed(1);
  return [
    `${injected.length} faults of ${kinds} kinds at ${points} points in ${report.seconds.toFixed(0)} s; ` +
      `${faults.length - injected.length} more waited for a moment that did not come.`,
    `${report.operations} operations, ${report.readings} readings, ${report.sightings} looks at operations and ` +
      `${report.told} webhooks checked; ${rests.reduce((sum, { unknown }) => sum + unknown, 0)} outcomes were unknown until asked again.`,
    ...describeOutcomes(report.outcomes),
    `After healing everything was final within ${slowest(rests.map(({ finalMs }) => finalMs))} s, ` +
      `and told within ${slowest(rests.map(({ toldMs }) => toldMs))} s.`,
    ...(waits.length > 0 ? [describeWaits(waits)] : []),
    ...tellViolations(violations),
  ];
}

/** A sentence for each type. */
function describeOutcomes(outcomes: CampaignReport['outcomes']): string[] {
  return [...outcomes].sort().map(([type, ends]) => {
    const counts = [...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${count} ${end}`);
    return `${type}: ${counts.join(', ')}.`;
  });
}

function describeWaits(waits: readonly number[]): string {
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): string => ((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1_000).toFixed(2);
  return (
    `From the kill of a worker in a drain to the next operation of its partitions: ` +
    `p50 ${at(0.5)} s, p90 ${at(0.9)} s, most ${at(1)} s (${sorted.length} times).`
  );
}

const MOST_TOLD = 5;

function tellViolations(violations: readonly Violation[]): string[] {
  if (violations.length === 0) return ['No violations.'];
  const byLaw = new Map<Law, Violation[]>();
  for (const violation of violations) byLaw.set(violation.law, [...(byLaw.get(violation.law) ?? []), violation]);
  return [...byLaw].flatMap(([law, found]) => [
    `${law}: ${found.length}`,
    ...found.slice(0, MOST_TOLD).map(({ detail }) => `  ${detail}`),
  ]);
}
