import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { renderPage } from './page.ts';
import type { Results } from './results.ts';

/** Writes the results, and the page that shows them beside. @returns the two files. */
export function writeResults(results: Results, file: string | null): { json: string; page: string } {
  const name = `${results.measuredAt.slice(0, 19).replaceAll(':', '')}-${results.machine.commit}.json`;
  const json = file ?? join(PROJECT_ROOT, 'bench/results', name);
  const page = `${json.replace(/\.json$/, '')}.html`;
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(page, renderPage(results));
  return { json, page };
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
    // JSON has no value for unmeasurable figures.
    value === null && /^\d+$/.test(key) ? NaN : value,
  ) as Results;
}
