import { alternate } from '../alternate.ts';
import { ratioOf } from '../figures.ts';
import { CONNECTIONS, type Capacity, measureCapacity } from '../measure-capacity.ts';
import { startService } from '../service.ts';
import { type AgedBench, type AgedSection, openFilled } from './aged-bench.ts';

/** Keys of lines of batches that finished longer ago are deleted. */
const DAYS = 30;
const SETTINGS = { RETENTION_BATCH_KEYS_DAYS: String(DAYS) };

/** Single operations while a worker deletes old rows, and while it does not, alternating. */
export const retention: AgedSection = {
  name: 'retention',
  title: 'Retention under load',
  async measure(bench) {
    const { options, say } = bench;
    const subjects = [
      { name: 'with retention', env: SETTINGS },
      { name: 'without', env: {} },
    ] as const;
    const runs = await alternate(options.rounds, subjects, async ({ name, env }, round) => {
      const run = await measure(bench, env);
      const deleted = `${run.deletedPerS.toFixed(0)} keys deleted a second`;
      say(`  ${name}, round ${round + 1}: ${run.appliedPerS.toFixed(0)}/s accepted and applied, ${deleted}`);
      return run;
    });
    const [withIt = [], without = []] = [...runs.values()];
    const figure = (subject: string, measured: string, values: number[]) => ({
      ...{ subject, measure: measured, unit: '/s', values },
    });
    const applied = (of: readonly Capacity[]): number[] => of.map((run) => run.appliedPerS);
    return {
      about:
        `RETENTION_BATCH_KEYS_DAYS=${DAYS}; closed loop, ${CONNECTIONS} connections, ${options.seconds} s a run, ` +
        `${options.rounds} rounds in turn. Each run has processes of its own.`,
      figures: [
        figure('with retention', 'accepted and applied', applied(withIt)),
        figure(
          'with retention',
          'keys deleted',
          withIt.map((run) => run.deletedPerS),
        ),
        {
          ...figure('without', 'accepted and applied', applied(without)),
          ratio: ratioOf('with retention to this', applied(withIt), applied(without)),
        },
      ],
      plots: [],
      faults: [...withIt, ...without].flatMap((run) => run.faults),
      skipped: withIt.some((run) => run.deletedPerS > 0) ? [] : ['retention: there was nothing left to delete'],
    };
  },
};

async function measure(
  bench: AgedBench,
  env: Readonly<Record<string, string>>,
): Promise<Capacity & { deletedPerS: number }> {
  const { servers, options } = bench;
  const service = await startService(servers, { filled: openFilled(bench), env });
  const load = (seconds: number): Promise<Capacity> =>
    measureCapacity(servers, service, { seconds, connections: CONNECTIONS });
  await load(options.warmUpSeconds);
  const before = await countDeleted(bench);
  const started = performance.now();
  const run = await load(options.seconds);
  const seconds = (performance.now() - started) / 1000;
  // When its session has ended, all that it has deleted is counted.
  await service.stop();
  const deletedPerS = ((await countDeleted(bench)) - before) / seconds;
  return { ...run, deletedPerS };
}

async function countDeleted(bench: AgedBench): Promise<number> {
  const { database } = openFilled(bench, 1);
  const { rows } = await database.pool.query<{ deleted: string }>(
    `SELECT n_tup_del AS deleted FROM pg_stat_user_tables WHERE relname = 'operation_keys'`,
  );
  await database.close();
  return Number(rows[0]?.deleted);
}
