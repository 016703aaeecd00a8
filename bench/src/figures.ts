import { type Spread, spreadOf } from './statistics.ts';

/** One measurement of one subject: a value for each round, in the order of the rounds. */
export interface Figure {
  readonly subject: string;
  readonly measure: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Its ratio to another figure of the same section, round by round; `of` names both. */
  readonly ratio?: { readonly of: string; readonly values: readonly number[] } | undefined;
}

/** A line of points for the page. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
  readonly logarithmic?: boolean;
}

/** The results of a section of the benchmark. */
export interface SectionResult {
  readonly name: string;
  readonly title: string;
  /** How it was measured, with the counts of this run. */
  readonly about: string;
  readonly figures: readonly Figure[];
  readonly plots: readonly Plot[];
  /** Failed checks. Then the figures mean nothing. */
  readonly faults: readonly string[];
  /** What was left out, and why. */
  readonly skipped: readonly string[];
}

/** The ratios of `values` to `others`, round by round. */
export function ratioOf(
  of: string,
  values: readonly number[],
  others: readonly number[],
): { of: string; values: number[] } {
  return { of, values: values.map((value, round) => value / (others[round] ?? NaN)) };
}

const UNIT_DECIMALS: Readonly<Record<string, number>> = { '/s': 0, ms: 1, s: 2, MB: 0, B: 0, µs: 0, calls: 3 };

/** `1,234 (1,200 – 1,300) /s`; the range only of several values. */
export function showFigure({ values, unit }: Figure): string {
  const spread = spreadOf(values);
  return `${showSpread(spread, values.length, (value) => showNumber(value, unit))} ${unit}`;
}

export function showRatio(ratio: Figure['ratio']): string {
  if (ratio === undefined) return '';
  const decimals = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 2 : 1));
  return `${ratio.of}: ${showSpread(spreadOf(ratio.values), ratio.values.length, decimals)}`;
}

function showSpread({ median, least, most }: Spread, count: number, show: (value: number) => string): string {
  return count > 1 ? `${show(median)} (${show(least)} – ${show(most)})` : show(median);
}

export function showNumber(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '–';
  const decimals = UNIT_DECIMALS[unit] ?? 1;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
