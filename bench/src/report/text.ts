import { type Figure, type SectionResult, showFigure, showRatio } from '../figures.ts';
import { type Results, describeMachine } from './results.ts';

const HEAD = ['what', 'measure', 'median (least – most)', 'ratio'];

/** One table of all sections, for the terminal. */
export function renderText(results: Results): string {
  const rows = results.sections.flatMap((section) => section.figures.map(cellsOf));
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const output = [describeMachine(results.machine), '', line(HEAD)];
  for (const section of results.sections) {
    output.push('', `${section.title} (${section.name})`, ...section.figures.map((figure) => line(cellsOf(figure))));
    output.push(...remarksOf(section));
  }
  return `${output.join('\n')}\n`;
}

/** A table for each section, for a document. */
export function renderMarkdown(results: Results): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const output = [`${describeMachine(results.machine)}; ${results.measuredAt.slice(0, 10)}.`];
  for (const section of results.sections) {
    output.push('', `### ${section.title}`, '', section.about, '', line(HEAD), line(HEAD.map(() => '---')));
    output.push(...section.figures.map((figure) => line(cellsOf(figure))));
    const remarks = remarksOf(section);
    if (remarks.length > 0) output.push('', ...remarks);
  }
  return `${output.join('\n')}\n`;
}

function cellsOf(figure: Figure): string[] {
  return [figure.subject, figure.measure, showFigure(figure), showRatio(figure.ratio)];
}

export function remarksOf({ faults, skipped }: SectionResult): string[] {
  return [
    ...faults.map((fault) => `INVALID, these figures mean nothing: ${fault}`),
    ...skipped.map((what) => `left out: ${what}`),
  ];
}
