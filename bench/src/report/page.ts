import { type Figure, type SectionResult, showFigure, showRatio } from '../figures.ts';
import { renderBars, renderCurves, renderStacks } from './charts.ts';
import { escapeHtml } from './escape-html.ts';
import { type Results, describeMachine } from './results.ts';
import { remarksOf } from './text.ts';

/** One self-contained page: no script, no font, no picture from elsewhere. */
export function renderPage(results: Results): string {
  const minutes = (results.tookS / 60).toFixed(1);
  const kind = results.quick ? 'a quick run, good for a first look only' : 'a full run';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wallet operations: benchmark</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Wallet operations: benchmark</h1>
<p>${escapeHtml(describeMachine(results.machine))}. Measured at ${escapeHtml(results.measuredAt)} in ${minutes} minutes: ${kind}.</p>
<p>Clients, contenders and servers shared these cores. Absolute figures belong to this machine; the ratios are between runs that
took turns. Bars show the median of all rounds, the thin line the least and the most.</p>
${results.sections.map(renderSection).join('\n')}
</body>
</html>
`;
}

function renderSection(section: SectionResult): string {
  const rates = section.figures.filter(({ unit }) => unit === '/s');
  const remarks = remarksOf(section).map((remark) => `<p class="remark">${escapeHtml(remark)}</p>`);
  return `<section>
<h2>${escapeHtml(section.title)}</h2>
<p>${escapeHtml(section.about)}</p>
${remarks.join('\n')}
${rates.length > 0 ? renderBars('Operations a second', rates) : ''}
${renderStacks('Processor time for an operation', section.figures)}
${section.plots.map(renderCurves).join('\n')}
<table>
<thead><tr><th>what</th><th>measure</th><th>median (least – most)</th><th>ratio</th></tr></thead>
<tbody>
${section.figures.map(renderRow).join('\n')}
</tbody>
</table>
</section>`;
}

function renderRow(figure: Figure, index: number, all: readonly Figure[]): string {
  const begins = index > 0 && all[index - 1]?.subject !== figure.subject ? ' class="begins"' : '';
  const cells = [figure.subject, figure.measure, showFigure(figure), showRatio(figure.ratio)];
  return `<tr${begins}>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #5d6672; --line: #d5dae1; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --quiet: #9aa4b1; --line: #39414c; --paper: #14171b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13px; margin-top: 1rem; }
th, td { text-align: left; padding: 3px 10px 3px 0; vertical-align: top; } th { border-bottom: 1px solid var(--line); }
tr.begins td { border-top: 1px solid var(--line); }
figure { margin: 1rem 0; } figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; } svg text { fill: var(--ink); } svg .quiet { fill: var(--quiet); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: 13px; } .legend i { display: inline-block; width: 11px; height: 11px; margin-right: 5px; border-radius: 2px; }
.remark { color: #b3261e; font-weight: 600; }
`;
