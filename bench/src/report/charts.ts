import { type Curve, type Figure, type Plot, showNumber } from '../figures.ts';
import { spreadOf } from '../statistics.ts';
import { escapeHtml } from './escape-html.ts';

const WIDTH = 1000;
const LABELS = 400;
const BAR = 16;
const ROW = 24;
const VALUES = 90;
const COLOURS = [
  '#3b7dd8',
  '#e08a1e',
  '#2a9d6f',
  '#c4473f',
  '#8a5cc2',
  '#7d8894',
  '#c2a400',
  '#1f9fb4',
  '#d2609a',
  '#5a7d2a',
];

const colourOf = (index: number): string => COLOURS[index % COLOURS.length] ?? '';

/** A bar for each figure: its median, with a thin line from minimum to maximum. */
export function renderBars(title: string, figures: readonly Figure[]): string {
  const spreads = figures.map(({ values }) => spreadOf(values));
  const most = Math.max(...spreads.map((spread) => spread.most).filter(Number.isFinite));
  const scale = (value: number): number => (Math.max(0, value) / most) * (WIDTH - LABELS - VALUES);
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  const rows = figures.map(({ subject, measure, unit }, index) => {
    const { median, least, most: highest } = spreads[index] ?? spreadOf([]);
    if (!Number.isFinite(median)) return '';
    const y = index * ROW;
    const middle = y + BAR / 2;
    return [
      `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(`${subject}: ${measure}`)}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${scale(median).toFixed(1)}" height="${BAR}" rx="2" fill="${colourOf(subjects.indexOf(subject))}"/>`,
      `<line x1="${(LABELS + scale(least)).toFixed(1)}" x2="${(LABELS + scale(highest)).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="currentColor"/>`,
      `<text x="${(LABELS + scale(highest) + 6).toFixed(1)}" y="${y + 12}" class="quiet">${showNumber(median, unit)}</text>`,
    ].join('');
  });
  return figureOf(title, `<svg viewBox="0 0 ${WIDTH} ${figures.length * ROW}" role="img">${rows.join('\n')}</svg>`);
}

const PART = /^processor time for an operation, (?!client|all)(.+)$/;

/**
 * For each subject, the processor time of its kinds of processes per operation, side by side. Nothing if that is not
 * known.
 */
export function renderStacks(title: string, figures: readonly Figure[]): string {
  const parts = figures.flatMap((figure) => {
    const kind = PART.exec(figure.measure)?.[1];
    return kind === undefined ? [] : [{ subject: figure.subject, kind, value: spreadOf(figure.values).median }];
  });
  if (parts.length === 0) return '';
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  const subjects = [...new Set(parts.map(({ subject }) => subject))];
  const sumOf = (name: string): number =>
    parts.filter(({ subject }) => subject === name).reduce((sum, { value }) => sum + value, 0);
  const most = Math.max(...subjects.map(sumOf));
  const rows = subjects.map((name, index) => {
    const y = index * ROW;
    let x = LABELS;
    const bars = parts
      .filter(({ subject }) => subject === name)
      .map(({ kind, value }) => {
        const width = (value / most) * (WIDTH - LABELS - VALUES);
        x += width;
        return `<rect x="${(x - width).toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${colourOf(kinds.indexOf(kind))}"><title>${escapeHtml(kind)}: ${value.toFixed(0)} µs</title></rect>`;
      });
    const label = `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(name)}</text>`;
    return `${label}${bars.join('')}<text x="${(x + 6).toFixed(1)}" y="${y + 12}" class="quiet">${sumOf(name).toFixed(0)} µs</text>`;
  });
  const svg = `<svg viewBox="0 0 ${WIDTH} ${subjects.length * ROW}" role="img">${rows.join('\n')}</svg>`;
  return figureOf(title, svg + legendOf(kinds));
}

const HEIGHT = 320;
const LEFT = 60;
const BOTTOM = 40;
const TICKS = 5;

/** Lines over an axis that begins at the first x; y begins at 0, or is logarithmic. */
export function renderCurves(plot: Plot): string {
  const points = plot.curves.flatMap((curve) => curve.points).filter(([, y]) => Number.isFinite(y));
  if (points.length === 0) return '';
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const low = plot.logarithmic ? Math.log10(Math.max(0.1, Math.min(...ys))) : 0;
  const high = plot.logarithmic ? Math.log10(Math.max(...ys)) : Math.max(...ys) * 1.05;
  // On the way to 100 % each nine gets the same space.
  const bend = (x: number): number => (plot.x === 'percentile' ? -Math.log10(Math.max(0.0005, 1 - x / 100)) : x);
  const [from, to] = [bend(left), bend(right)];
  const scaleX = (x: number): number => LEFT + ((bend(x) - from) / (to - from || 1)) * (WIDTH - LEFT - 20);
  const share = (y: number): number =>
    ((plot.logarithmic ? Math.log10(Math.max(0.1, y)) : y) - low) / (high - low || 1);
  const scaleY = (y: number): number => HEIGHT - BOTTOM - share(y) * (HEIGHT - BOTTOM - 10);
  const ticksY = Array.from({ length: TICKS + 1 }, (_, index) => {
    const at = low + ((high - low) * index) / TICKS;
    return plot.logarithmic ? 10 ** at : at;
  });
  const ticksX =
    plot.x === 'percentile'
      ? [0, 50, 90, 99, 99.9]
      : Array.from({ length: TICKS + 1 }, (_, index) => left + ((right - left) * index) / TICKS);
  const grid = ticksY.map((y) => {
    const at = scaleY(y).toFixed(1);
    return `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${at}" y2="${at}" stroke="var(--line)"/><text x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end" class="quiet">${showTick(y)}</text>`;
  });
  const marks = ticksX.map(
    (x) =>
      `<text x="${scaleX(x).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle" class="quiet">${showTick(x)}</text>`,
  );
  const lines = plot.curves.map((curve, index) => {
    const path = curve.points
      .filter(([, y]) => Number.isFinite(y))
      .map(([x, y]) => `${scaleX(x).toFixed(1)},${scaleY(y).toFixed(1)}`);
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colourOf(index)}" stroke-width="2"/>`;
  });
  const axis = `<text x="${WIDTH - 20}" y="${HEIGHT - 6}" text-anchor="end" class="quiet">${escapeHtml(plot.x)}</text><text x="${LEFT - 6}" y="${HEIGHT - 6}" text-anchor="end" class="quiet">${escapeHtml(plot.y)}</text>`;
  const svg = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${[...grid, ...marks, ...lines, axis].join('\n')}</svg>`;
  return figureOf(plot.title, svg + legendOf(plot.curves.map(({ name }: Curve) => name)));
}

function showTick(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

function legendOf(names: readonly string[]): string {
  const items = names.map(
    (name, index) => `<span><i style="background:${colourOf(index)}"></i>${escapeHtml(name)}</span>`,
  );
  return `<div class="legend">${items.join('')}</div>`;
}

function figureOf(title: string, content: string): string {
  return `<figure><figcaption>${escapeHtml(title)}</figcaption>${content}</figure>`;
}
