import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '@wallet/local/project';
import type { AuditReport } from '@wallet/shared/database/audit';
import type { Figure } from '../figures.ts';
import { CONNECTIONS, measureCapacity } from '../measure-capacity.ts';
import { startService } from '../service.ts';
import { type AgedSection, openFilled } from './aged-bench.ts';

/** The most violations that are printed; there may be as many as operations. */
const MOST_TOLD = 10;

/** `npm run audit` of everything, then of the operations that a load has added. */
export const audit: AgedSection = {
  name: 'audit',
  title: 'Audit',
  async measure(bench) {
    const { servers, options, say } = bench;
    say('  auditing all of it');
    const all = await runAudit(servers.postgres.url);
    const service = await startService(servers, { filled: openFilled(bench) });
    const run = (seconds: number) => measureCapacity(servers, service, { seconds, connections: CONNECTIONS });
    await run(options.warmUpSeconds);
    const load = await run(options.seconds);
    await service.stop();
    say(`  auditing what ${load.accepted} operations have changed`);
    const since = await runAudit(servers.postgres.url, '--since-checkpoint');
    return {
      about: `npm run audit, and once more with --since-checkpoint after ${load.accepted} operations.`,
      figures: [...figuresOf('all', all), ...figuresOf('since the checkpoint', since)],
      plots: [],
      faults: [...load.faults, ...all.faults, ...since.faults],
      skipped: [],
    };
  },
};

interface Audited extends AuditReport {
  readonly seconds: number;
  readonly faults: readonly string[];
}

function figuresOf(subject: string, { seconds, pieces, longestMs, violations }: Audited): Figure[] {
  const figure = (measure: string, unit: string, value: number): Figure => ({
    ...{ subject, measure, unit, values: [value] },
  });
  return [
    figure('time', 's', seconds),
    figure('pieces', 'pieces', pieces),
    figure('longest snapshot', 'ms', longestMs),
    figure('violations', 'violations', violations),
  ];
}

/** Runs the command as an operator would, without npm's overhead. */
async function runAudit(url: string, ...args: string[]): Promise<Audited> {
  const script = join(PROJECT_ROOT, 'shared/dist/commands/audit.js');
  const started = performance.now();
  const child = spawn(process.execPath, [script, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], DATABASE_URL: url },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const faults: string[] = [];
  let report: AuditReport | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as AuditReport | { violation: string };
    if ('pieces' in said) report = said;
    else if (faults.length < MOST_TOLD) faults.push(`audit: ${line}`);
  }
  const code = await ended;
  if (report === null) throw new Error(`the audit ended with ${code} and no report`);
  return { ...report, seconds: (performance.now() - started) / 1000, faults };
}
