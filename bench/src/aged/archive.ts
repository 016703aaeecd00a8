import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '@wallet/local/child';
import { PROJECT_ROOT } from '@wallet/local/project';
import { ratioOf } from '../figures.ts';
import { CONNECTIONS, type Capacity, measureCapacity } from '../measure-capacity.ts';
import { type Service, startService } from '../service.ts';
import { spreadOf } from '../statistics.ts';
import { type AgedBench, type AgedSection, openFilled } from './aged-bench.ts';

/** Without `--before`, months older than this many are archived. */
const MONTHS = 4;
const STOP_MS = 10_000;

/** `npm run archive` while single operations are accepted and applied. Its files are beside the data. */
export const archive: AgedSection = {
  name: 'archive',
  title: 'Archive under load',
  async measure(bench) {
    const { servers, options, say } = bench;
    const before = options.before ?? monthsAgo(MONTHS);
    const about = `npm run archive -- --before ${before}; closed loop, ${CONNECTIONS} connections, ${options.seconds} s a run.`;
    if (!hasArchive())
      return { about, figures: [], plots: [], faults: [], skipped: ['archive: there is no npm run archive here'] };
    const service = await startService(servers, { filled: openFilled(bench) });
    await measureRun(bench, service, options.warmUpSeconds);
    const without: Capacity[] = [];
    for (let round = 0; round < options.rounds; round += 1) without.push(await measureRun(bench, service));
    say(`  archiving what is before ${before}`);
    const started = performance.now();
    const archiving = startArchive(bench, before);
    const stop = servers.stops.add(() => archiving.stop('SIGTERM', STOP_MS));
    let code: number | null | undefined;
    void archiving.ended.then((ended) => (code = ended));
    const during: Capacity[] = [];
    const elapsed = (): number => (performance.now() - started) / 1000;
    while (code === undefined && elapsed() < options.minutes * 60) during.push(await measureRun(bench, service));
    const seconds = elapsed();
    const isWhole = code !== undefined;
    await stop();
    await service.stop();
    // The last run may have lasted longer than the archive.
    const whole = isWhole && during.length > 1 ? during.slice(0, -1) : during;
    const applied = (runs: readonly Capacity[]): number[] => runs.map((run) => run.appliedPerS);
    const usual = spreadOf(applied(without)).median;
    return {
      about,
      figures: [
        { subject: 'archive', measure: 'time', unit: 's', values: [seconds] },
        { subject: 'without', measure: 'accepted and applied', unit: '/s', values: applied(without) },
        {
          ...{ subject: 'while archiving', measure: 'accepted and applied', unit: '/s', values: applied(whole) },
          ratio: ratioOf(
            'to the median without',
            applied(whole),
            whole.map(() => usual),
          ),
        },
      ],
      plots: [],
      faults: [
        ...[...without, ...during].flatMap((run) => run.faults),
        ...(!isWhole || code === 0 ? [] : [`npm run archive ended with ${code}`]),
      ],
      skipped: isWhole ? [] : ['archive: it was stopped when its time was over; run again, it continues'],
    };
  },
};

async function measureRun({ servers, options, say }: AgedBench, service: Service, seconds = options.seconds) {
  const run = await measureCapacity(servers, service, { seconds, connections: CONNECTIONS });
  say(`  ${run.appliedPerS.toFixed(0)}/s accepted and applied`);
  return run;
}

function hasArchive(): boolean {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  return 'archive' in scripts;
}

function startArchive({ servers }: AgedBench, before: string) {
  const to = join(servers.folder, 'archive');
  return startChild(['npm', 'run', '--silent', 'archive', '--', '--before', before, '--to', to], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DATABASE_URL: servers.postgres.url },
  });
}

function monthsAgo(months: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months)).toISOString().slice(0, 7);
}
