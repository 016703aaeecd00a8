import type { Hunt } from './hunt-mutant.ts';

const HEADER = ['mutant', 'what is wrong with it', 'caught by', 'seconds'];

/** The figures in a sentence. */
export function summarise(hunts: readonly Hunt[], minutes: number): string {
  const caught = hunts.filter(({ caughtBy }) => caughtBy !== null);
  const times = caught.map(({ caughtBy }) => caughtBy?.seconds ?? 0).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  return `${caught.length} of ${hunts.length} mutants caught in ${minutes.toFixed(0)} minutes, half of them within ${median.toFixed(1)} s.`;
}

/** A table in Markdown with columns as wide as their contents. Survivors come first. */
export function drawTable(hunts: readonly Hunt[]): string {
  const ordered = hunts.toSorted((a, b) => Number(a.caughtBy !== null) - Number(b.caughtBy !== null));
  const rows = [HEADER, ...ordered.map(rowOf)].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function rowOf({ mutant, caughtBy, seconds }: Hunt): string[] {
  const by = caughtBy === null ? '**nobody**' : caughtBy.test;
  return [`\`${mutant.name}\``, mutant.bug, by, (caughtBy?.seconds ?? seconds).toFixed(1)];
}

/** The page written by a complete run. */
export function writePage(hunts: readonly Hunt[], minutes: number, day: string): string {
  return `# Mutants

\`npm run mutants\` tests the tests. It puts each of these bugs into a copy of the sources, one at a time, and runs the tests that
have to notice it: if none does, a test is missing. Without a bug the same tests must pass, or a failure would prove nothing.
\`npm run mutants -- --list\` names the bugs, \`--only name\` tries one of them, and \`--all\` runs every test instead of those named
for a mutant. The exit status is 1 if a mutant survives.

A bug is an exact text of the product and its replacement. A text names no file and occurs exactly once in the whole product,
however it is indented: code can move and its mutants with it. \`npm run mutants -- --check\` reports within seconds which texts
no longer occur, with the nearest lines; a run does that first.

${day}, Node ${process.versions.node}: ${summarise(hunts, minutes)} Seconds are those until the first test failed, starting Postgres and Redis
included.

${drawTable(hunts)}
`;
}
