import { randomBytes } from 'node:crypto';
import { alternate } from '../alternate.ts';
import { compareCapacities, compareFigures } from '../compare.ts';
import { type Figure, ratioOf } from '../figures.ts';
import { measureBatch } from '../measure-batch.ts';
import { CONNECTIONS } from '../measure-capacity.ts';
import { type Service, WALLETS, startService } from '../service.ts';
import { makeDatabase } from '../servers.ts';
import { makeWallets } from '../wallets.ts';
import { type AgedBench, type AgedSection, openFilled } from './aged-bench.ts';
import { PARTITIONS } from './prepare-data.ts';

/** Wallets that share the lines of a file. */
const BATCH_WALLETS = 100_000;
const LINES_PER_WALLET = 10;

interface Subject {
  readonly service: Service;
  readonly batchWallets: readonly string[];
}

/** Single operations, and lines of batches, on the filled database and on one with only its wallets, alternating. */
export const rates: AgedSection = {
  name: 'rates',
  title: 'Rates, beside an empty database',
  async measure(bench) {
    const { servers, options, filled } = bench;
    // The filled data is on the disk; data of an earlier measurement may not be.
    await servers.admin.query('CHECKPOINT');
    const aged = await startOnFilled(bench);
    const fresh = await startOnEmpty(bench, aged.batchWallets.length);
    const services = [aged.service, fresh.service];
    const singles = await compareCapacities(bench, services, options.rounds);
    const faults = [...singles.values()].flat().flatMap((run) => run.faults);
    const lines = await compareBatches(bench, [aged, fresh]);
    for (const service of services) await service.stop();
    return {
      about:
        `Singles: closed loop, ${CONNECTIONS} connections, ${WALLETS} wallets, ${options.seconds} s a run. Batches: a CSV file ` +
        `of ${options.lines} deposits to ${aged.batchWallets.length} wallets. ${options.rounds} rounds of each in turn, ` +
        `with ${filled.operations} operations before and with none.`,
      figures: [...compareFigures(singles), ...lines.figures],
      plots: [],
      faults: [...faults, ...lines.faults],
      skipped: [],
    };
  },
};

async function startOnFilled(bench: AgedBench): Promise<Subject> {
  const { servers, options, filled } = bench;
  const count = Math.max(1, Math.min(BATCH_WALLETS, filled.wallets, Math.floor(options.lines / LINES_PER_WALLET)));
  const { walletIds: batchWallets, database } = openFilled(bench, count);
  await database.close();
  const name = `service, ${filled.operations.toLocaleString('en-US')} operations before`;
  return { service: await startService(servers, { name, filled: openFilled(bench) }), batchWallets };
}

async function startOnEmpty({ servers }: AgedBench, wallets: number): Promise<Subject> {
  const database = await makeDatabase(servers, PARTITIONS);
  const walletIds = await makeWallets(database.pool, '1', WALLETS);
  const batchWallets = await makeWallets(database.pool, '2', wallets);
  const name = 'service, empty database';
  return { service: await startService(servers, { name, filled: { database, walletIds } }), batchWallets };
}

async function compareBatches(
  { servers, options, say }: AgedBench,
  subjects: readonly Subject[],
): Promise<{ figures: Figure[]; faults: string[] }> {
  // Another run on the same data needs different keys.
  const key = randomBytes(6).toString('hex');
  const runs = await alternate(options.rounds, subjects, async ({ service, batchWallets: walletIds }, round) => {
    const file = { walletIds, lines: options.lines, key: `${key}-${round}` };
    const run = await measureBatch(servers, service, file);
    say(`  ${service.name}, batch ${round + 1}: ${run.perS.toFixed(0)} lines a second`);
    return run;
  });
  const [first = [], ...others] = [...runs.values()];
  const MEASURES = { perS: 'lines, end to end', acceptedPerS: 'lines accepted', appliedPerS: 'lines applied' } as const;
  const figures = [...runs].flatMap(([{ service }, own]) =>
    (['perS', 'acceptedPerS', 'appliedPerS'] as const).map((rate) => {
      const values = own.map((run) => run[rate]);
      const figure = { subject: service.name, measure: MEASURES[rate], unit: '/s', values };
      if (!others.includes(own)) return figure;
      return {
        ...figure,
        ratio: ratioOf(
          `${subjects[0]?.service.name} to this`,
          first.map((run) => run[rate]),
          values,
        ),
      };
    }),
  );
  return { figures, faults: [...runs.values()].flat().flatMap((run) => run.faults) };
}
