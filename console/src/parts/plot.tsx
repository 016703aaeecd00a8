import { useEffect, useRef } from 'react';
import uPlot from 'uplot';

export interface Series {
  readonly label: string;
  /** Of the custom properties of the page: `--good`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly isFilled?: boolean;
  readonly isStepped?: boolean;
}

const HEIGHT = 180;
const PADDING = 8;

/**
 * Values over time. A plot needs numbers, and a number that is drawn is a position, not an amount: what is told beside it
 * and in `summary`, which is what a screen reader says, is text.
 */
export function Plot({
  title,
  summary,
  times,
  series,
  unit,
}: {
  title: string;
  summary: string;
  /** Seconds since 1970, in order. */
  times: readonly number[];
  series: readonly Series[];
  unit?: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ times, series });
  const shape = series.map(({ label, color }) => label + color).join();
  useEffect(() => {
    latest.current = { times, series };
    plot.current?.setData(dataOf(times, series));
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      const { times: at, series: shown } = latest.current;
      plot.current = new uPlot(optionsOf(element, shown), dataOf(at, shown), element);
    };
    draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // Its colours are read from the page when it is drawn.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    window.addEventListener('themechange', draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', draw);
      window.removeEventListener('themechange', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);
  return (
    <figure className="plot">
      <figcaption>
        <strong>{title}</strong>
        {unit !== undefined && <span className="quiet"> {unit}</span>}
        <span className="legend">
          {series.map(({ label, color }) => (
            <span key={label} className={`key key${color}`}>
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}. ${summary}`} />
    </figure>
  );
}

function dataOf(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])] as uPlot.AlignedData;
}

function optionsOf(element: HTMLElement, series: readonly Series[]): uPlot.Options {
  const style = getComputedStyle(element);
  const colorOf = (name: string): string => resolveColor(element, name);
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const axis = {
    stroke: colorOf('--text-quiet'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colorOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    padding: [PADDING, PADDING, 0, 0],
    scales: { y: { range: (_plot, least, most) => rangeOf(least, most) } },
    axes: [axis, { ...axis, size: 64, values: (_plot, ticks) => ticks.map(showTick) }],
    series: [
      {},
      ...series.map(({ label, color, isFilled, isStepped }) => ({
        label,
        stroke: colorOf(color),
        width: 2,
        points: { show: false },
        ...(isFilled === true && { fill: `color-mix(in srgb, ${colorOf(color)} 14%, transparent)` }),
        ...(isStepped === true && steps !== undefined && { paths: steps }),
      })),
    ],
  };
}

/** A canvas knows no custom properties and no `light-dark()`: an element that has the colour does. */
function resolveColor(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** From zero, unless something is below it, and never without height. */
function rangeOf(least: number | null, most: number | null): [number, number] {
  const low = Math.min(0, least ?? 0);
  const high = Math.max(0, most ?? 0);
  return high === low ? [low, low + 1] : [low * 1.1, high * 1.1];
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });

function showTick(tick: number): string {
  return COMPACT.format(tick);
}
