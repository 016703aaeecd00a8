import type { Law, Violation } from './check/violation.ts';
import type { Intent } from './history.ts';
import type { Setup } from './setup.ts';

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
  /** When the load ended. */
  readonly healedAt: number;
  /** Requests whose outcome nobody knew. */
  readonly unknown: number;
  readonly askedMs: number;
  readonly finalMs: number;
  readonly toldMs: number;
}

export interface CampaignReport {
  readonly setup: Setup;
  readonly seed: number;
  readonly faults: readonly InjectedFault[];
  /** How many there are, all of them checked. */
  readonly operations: number;
  /** How many of each type came to each end: `succeeded`, or the code of the refusal. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly violations: readonly Violation[];
  readonly intents: ReadonlyMap<string, Intent>;
  /** When operations were applied or refused. */
  readonly ended: readonly number[];
  /** When a synchronous standby was promoted. */
  readonly promotions: readonly number[];
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
  /** Of each, the longest time in which nothing was acknowledged, in milliseconds. */
  readonly ackGaps: number[];
  /** Of each, the longest time in which nothing was applied or refused. */
  readonly applyGaps: number[];
}

/** How long after its end a violation may still be laid at a fault's door. */
const AFTERMATH_MS = 1_000;

/** The rows of several campaigns, the faults of one kind at one point in one. */
export function makeRows(reports: readonly CampaignReport[]): Row[] {
  const rows = new Map<string, Row>();
  for (const report of reports) {
    const asked = [...report.intents.values()];
    const acknowledged = momentsOf(
      report,
      asked.flatMap(({ acknowledgedAt }) => acknowledgedAt ?? []),
    );
    const ended = momentsOf(report, report.ended);
    for (const fault of report.faults) {
      const { kind, point, begunAt, endedAt, isInjected } = fault;
      const name = `${kind} × ${point}`;
      const row = rows.get(name) ?? emptyRow(kind, point);
      rows.set(name, row);
      if (!isInjected) {
        row.missed += 1;
        continue;
      }
      row.repetitions += 1;
      for (const { sentAt, acknowledgedAt, wishes } of asked) {
        if (sentAt <= endedAt + AFTERMATH_MS && (acknowledgedAt ?? Infinity) >= begunAt)
          row.operations += wishes.length;
      }
      row.violations += report.violations.filter(
        ({ at }) => at !== null && at >= begunAt - AFTERMATH_MS && at <= endedAt + AFTERMATH_MS,
      ).length;
      row.ackGaps.push(longestGap(acknowledged, fault));
      row.applyGaps.push(longestGap(ended, fault));
    }
  }
  return [...rows.values()].sort((a, b) => `${a.kind}${a.point}`.localeCompare(`${b.kind}${b.point}`));
}

function emptyRow(kind: string, point: string): Row {
  return { kind, point, repetitions: 0, missed: 0, operations: 0, violations: 0, ackGaps: [], applyGaps: [] };
}

/** In order, with those at which the load ended: nothing is waited for after them. */
function momentsOf({ rests }: CampaignReport, moments: readonly number[]): number[] {
  return [...moments, ...rests.map(({ healedAt }) => healedAt)].sort((a, b) => a - b);
}

/** The longest time without one of the moments that begins in a fault; what of it was before the fault is not counted. */
function longestGap(moments: readonly number[], { begunAt, endedAt }: InjectedFault): number {
  let longest = 0;
  let before = begunAt;
  for (const moment of moments) {
    if (moment <= before) continue;
    longest = Math.max(longest, moment - before);
    if (moment > endedAt) break;
    before = moment;
  }
  return longest;
}

/** The tables as text that is also Markdown: of kinds at points, and of how long each kind kept clients waiting. */
export function formatTables(rows: readonly Row[]): string {
  const struck = rows.filter(({ repetitions }) => repetitions > 0);
  const ofPoints = struck.map((row) => [
    row.kind,
    row.point,
    ...[row.repetitions, row.operations, row.violations].map(String),
  ]);
  const kinds = [...new Set(struck.map(({ kind }) => kind))];
  const ofKinds = kinds.map((kind) => {
    const own = struck.filter((row) => row.kind === kind);
    const [acks, ends] = [own.flatMap(({ ackGaps }) => ackGaps), own.flatMap(({ applyGaps }) => applyGaps)];
    return [
      kind,
      String(acks.length),
      ...[acks, ends].flatMap((gaps) => [seconds(at(gaps, 0.5)), seconds(at(gaps, 1))]),
    ];
  });
  const gaps = ['ack gap, p50', 'ack gap, most', 'apply gap, p50', 'apply gap, most'];
  return [
    formatTable(['fault', 'point', 'times', 'operations', 'violations'], ofPoints, 2),
    formatTable(['fault', 'times', ...gaps], ofKinds, 1),
  ].join('\n\n');
}

/** @param words how many columns are words, which stand on the left. */
function formatTable(head: readonly string[], body: readonly (readonly string[])[], words: number): string {
  const widths = head.map((name, column) => Math.max(name.length, ...body.map((cells) => cells[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column < words ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]): string => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column < words ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** Everything but the tables, a sentence for each. */
export function summarise(reports: readonly CampaignReport[]): string[] {
  const faults = reports.flatMap((report) => report.faults);
  const rests = reports.flatMap((report) => report.rests);
  const waits = reports.flatMap((report) => report.waits);
  const injected = faults.filter(({ isInjected }) => isInjected);
  const kinds = new Set(injected.map(({ kind }) => kind)).size;
  const points = new Set(injected.map(({ kind, point }) => `${kind} × ${point}`)).size;
  const sum = (count: (report: CampaignReport) => number): number =>
    reports.reduce((all, each) => all + count(each), 0);
  const unknown = rests.reduce((all, each) => all + each.unknown, 0);
  return [
    `${injected.length} faults of ${kinds} kinds at ${points} points in ${sum((each) => each.seconds).toFixed(0)} s; ` +
      `${faults.length - injected.length} more waited for a moment that did not come.`,
    `${sum((each) => each.operations)} operations, ${sum((each) => each.readings)} readings, ${sum((each) => each.sightings)} ` +
      `looks at operations and ${sum((each) => each.told)} webhooks checked; ${unknown} outcomes were unknown until asked again.`,
    ...describeOutcomes(reports),
    `After healing everything was final within ${seconds(
      at(
        rests.map(({ finalMs }) => finalMs),
        1,
      ),
    )} s, ` +
      `and told within ${seconds(
        at(
          rests.map(({ toldMs }) => toldMs),
          1,
        ),
      )} s.`,
    ...(waits.length > 0 ? [describeWaits(waits)] : []),
    ...reports.flatMap(describePromotions),
    ...tellViolations(reports.flatMap((report) => report.violations)),
  ];
}

/** A sentence for each type. */
function describeOutcomes(reports: readonly CampaignReport[]): string[] {
  const sums = new Map<string, Map<string, number>>();
  for (const [type, ends] of reports.flatMap(({ outcomes }) => [...outcomes])) {
    const known = sums.get(type) ?? new Map<string, number>();
    sums.set(type, known);
    for (const [end, count] of ends) known.set(end, (known.get(end) ?? 0) + count);
  }
  return [...sums].sort().map(([type, ends]) => {
    const counts = [...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${count} ${end}`);
    return `${type}: ${counts.join(', ')}.`;
  });
}

function describeWaits(waits: readonly number[]): string {
  return (
    `From the kill of a worker in a drain to the next operation of its partitions: p50 ${seconds(at(waits, 0.5))} s, ` +
    `p90 ${seconds(at(waits, 0.9))} s, most ${seconds(at(waits, 1))} s (${waits.length} times).`
  );
}

const SHORTLY_MS = 5_000;

/** What was acknowledged before a promotion is asked for in the end, like everything else. */
function describePromotions({ promotions, intents, violations }: CampaignReport): string[] {
  if (promotions.length === 0) return [];
  const acknowledged = (from: number, to: number): number =>
    [...intents.values()]
      .filter(({ acknowledgedAt }) => acknowledgedAt !== null && acknowledgedAt > from && acknowledgedAt <= to)
      .reduce((sum, { wishes }) => sum + wishes.length, 0);
  const shortly = promotions.reduce((sum, moment) => sum + acknowledged(moment - SHORTLY_MS, moment), 0);
  const lost = violations.filter(({ law }) => law === 'lost' || law === 'twice').length;
  return [
    `${promotions.length} promotions of a synchronous standby: ${acknowledged(-Infinity, Math.max(...promotions))} operations were ` +
      `acknowledged before the last, ${shortly} of them within ${seconds(SHORTLY_MS)} s before one; ${lost} requests are lost or doubled.`,
  ];
}

/** The one below which this share of them is; 0 if there are none. */
function at(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

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
