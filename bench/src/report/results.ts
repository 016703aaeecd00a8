import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import type { SectionResult } from '../figures.ts';
import type { Machine } from '../machine.ts';
import { renderPage } from './page.ts';

/** All that a run of the benchmark found out. */
export interface Results {
  readonly measuredAt: string;
  readonly tookS: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly sections: readonly SectionResult[];
}

/** Writes the results, and beside them the page that shows them. @returns the two files. */
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
    // JSON has no word for what could not be measured.
    value === null && /^\d+$/.test(key) ? NaN : value,
  ) as Results;
}

export function hasFaults({ sections }: Results): boolean {
  return sections.some(({ faults }) => faults.length > 0);
}

/** `2 cores (…), 24 GB; Node v20…; PostgreSQL 15…; Redis 7…; commit …`. */
export function describeMachine({ machine }: Results): string {
  const { cores, processor, memoryGB, system, node, postgres, redis, commit, loadBefore } = machine;
  const load = loadBefore > 0.5 ? `; the machine was busy before (load ${loadBefore.toFixed(1)})` : '';
  return `${cores} cores (${processor}), ${memoryGB} GB, ${system}; Node ${node}; ${postgres}; ${redis}; commit ${commit}${load}`;
}
