import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../alternate.ts';
import { createClient, untilFinished, uploadBatch, writeDeposits } from '../batch-load.ts';
import { preparePgbench, runPureSql } from '../bounds.ts';
import { type Figure, ratioOf } from '../figures.ts';
import type { Bench, Section } from '../section.ts';
import { type Service, auditService, startService } from '../service.ts';

/** Wallets that share the lines of a file. */
const MOST_WALLETS = 100_000;
const LINES_PER_WALLET = 10;
/** Rows of pgbench's smallest unit of 100,000 accounts; so large that its clients seldom want the same one. */
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
      const run = await runBatch(bench, service, applied.length);
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

async function runBatch(
  { servers, options }: Bench,
  service: Service,
  round: number,
): Promise<{ perS: number; acceptedPerS: number; appliedPerS: number; faults: string[] }> {
  const file = writeDeposits(join(servers.folder, 'deposits.csv'), service.walletIds, options.lines);
  const client = createClient(service.ports[0] ?? 0);
  try {
    const started = performance.now();
    const id = await uploadBatch(client, file, `round-${round}`);
    const accepted = performance.now();
    const { succeeded } = await untilFinished(client, id);
    const finished = performance.now();
    const rate = (from: number, to: number): number => (options.lines * 1000) / (to - from);
    const isAll = succeeded === options.lines;
    return {
      perS: rate(started, finished),
      acceptedPerS: rate(started, accepted),
      appliedPerS: rate(accepted, finished),
      faults: [
        ...(isAll ? [] : [`service: of ${options.lines} lines ${String(succeeded)} succeeded`]),
        ...(await service.ledger.findFaults()),
      ],
    };
  } finally {
    client.close();
  }
}
