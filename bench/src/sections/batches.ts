import { availableParallelism } from 'node:os';
import { alternate } from '../alternate.ts';
import { preparePgbench, runPureSql } from '../bounds.ts';
import { type Figure, ratioOf } from '../figures.ts';
import { measureBatch } from '../measure-batch.ts';
import type { Section } from '../section.ts';
import { auditService, startService } from '../service.ts';

/** Wallets that share the lines of a file. */
const MOST_WALLETS = 100_000;
const LINES_PER_WALLET = 10;
/** Rows of pgbench's unit of 100,000 accounts; so many that its clients seldom want the same one. */
const SCALE = { quick: 5, full: 20 };
const LEAST_PGBENCH_S = 2;

/** Lines of a file a second, from the first byte of the upload until the last line is applied. */
export const batches: Section = {
  name: 'batches',
  title: 'Batches',
  async measure(bench) {
    const { servers, options } = bench;
    const rounds = options.fewRounds;
    const wallets = Math.max(1, Math.min(MOST_WALLETS, Math.floor(options.lines / LINES_PER_WALLET)));
    const service = await startService(servers, { wallets });
    const pgbench = await preparePgbench(servers, options.quick ? SCALE.quick : SCALE.full);
    const pureSql = (sessions: number) => () => runPureSql(servers, { sessions, operations: options.lines, wallets });
    const pgbenchSeconds = Math.max(LEAST_PGBENCH_S, Math.ceil(options.seconds));
    const sessions = availableParallelism();

    const accepted: number[] = [];
    const applied: number[] = [];
    const faults: string[] = [];
    const runService = async (): Promise<number> => {
      const file = { walletIds: service.walletIds, lines: options.lines, key: `round-${applied.length}` };
      const run = await measureBatch(servers, service, file);
      accepted.push(run.acceptedPerS);
      applied.push(run.appliedPerS);
      faults.push(...run.faults);
      return run.perS;
    };
    const subjects: { name: string; run: () => Promise<number> }[] = [
      { name: 'service', run: runService },
      ...(pgbench ? [{ name: 'pgbench -N', run: () => pgbench(pgbenchSeconds) }] : []),
      { name: 'pure SQL, one session', run: pureSql(1) },
      ...(sessions > 1 ? [{ name: `pure SQL, ${sessions} sessions`, run: pureSql(sessions) }] : []),
    ];
    const runs = await alternate(rounds, subjects, async ({ name, run }, round) => {
      const rate = await run();
      bench.say(`  ${name}, round ${round + 1}: ${rate.toFixed(0)}/s`);
      return rate;
    });
    faults.push(...(await auditService(service)));
    await service.stop();
    const [main = [], ...others] = [...runs.values()];
    const figure = (subject: string, measure: string, values: readonly number[]): Figure => ({
      ...{ subject, measure, unit: '/s', values },
    });
    return {
      about:
        `A CSV file of ${options.lines} deposits to ${wallets} wallets, ${rounds} rounds in turn; ` +
        `pgbench -N with eight clients for ${pgbenchSeconds} s; as many deposits by pure SQL in sets of 1,000.`,
      figures: [
        figure('service', 'lines, end to end', main),
        figure('service', 'lines accepted, while they are', accepted),
        figure('service', 'lines applied, while they are', applied),
        ...others.map((values, index) => ({
          ...figure(subjects[index + 1]?.name ?? '', index === 0 && pgbench ? 'transactions' : 'operations', values),
          ratio: ratioOf('service to this', main, values),
        })),
      ],
      plots: [],
      faults,
      skipped: pgbench ? [] : ['pgbench: there is no such program on this machine'],
    };
  },
};
