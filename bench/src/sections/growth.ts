import { setTimeout as delay } from 'node:timers/promises';
import { fillDatabase } from '../aged/fill-database.ts';
import { compareCapacities, compareFigures, finish } from '../compare.ts';
import { historyWallet } from '../fill-history.ts';
import type { Curve, Figure } from '../figures.ts';
import { ratioOf } from '../figures.ts';
import { runOpenLoop } from '../load/open-loop.ts';
import { CONNECTIONS } from '../measure-capacity.ts';
import type { Bench, Section } from '../section.ts';
import { type Service, WALLETS, startService } from '../service.ts';
import { makeDatabase } from '../servers.ts';
import { spreadOf } from '../statistics.ts';
import { HAS_PROC, memoryOf, memoryOfPostgres } from '../usage.ts';

/** Wallets that the history is spread over; a share of them is used. */
const HISTORY_WALLETS = 50_000;
const HISTORY_DAYS = 365;
const PARTITIONS = 16;
/** Memory is watched in loads of at most this length, so that this process keeps little of them itself. */
const LOAD_S = 10;
const SAMPLES = 300;
const LEAST_SAMPLE_MS = 200;

/** Whether the rate holds with a long history, and memory over a long run. */
export const growth: Section = {
  name: 'growth',
  title: 'After much has happened',
  async measure(bench) {
    const { servers, options } = bench;
    const database = await makeDatabase(servers, PARTITIONS);
    bench.say(`  writing ${options.operations} operations`);
    const size = { operations: options.operations, wallets: HISTORY_WALLETS, days: HISTORY_DAYS };
    await fillDatabase(database.url, servers.folder, size, bench.say);
    // Old data has long been on the disk: writing it now would take the disk from the contenders.
    await servers.admin.query('CHECKPOINT');
    const step = HISTORY_WALLETS / WALLETS;
    const walletIds = Array.from({ length: WALLETS }, (_, index) => historyWallet(index * step));
    const grown = await startService(servers, {
      name: `service, ${options.operations.toLocaleString('en-US')} operations before`,
      filled: { database, walletIds },
    });
    const empty = await startService(servers, { name: 'service, empty database' });
    const runs = await compareCapacities(bench, [grown, empty], options.rounds);
    const rate = spreadOf(runs.get(grown)?.map((run) => run.appliedPerS) ?? []).median / 2;
    const memory = await watchMemory(bench, grown, rate);
    const faults = [...(await finish(runs, [grown, empty])), ...memory.faults];
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${WALLETS} wallets, ${options.seconds} s a run, ${options.rounds} rounds in turn. Then memory, ` +
        `under an open loop of ${rate.toFixed(0)} operations a second for ${(options.minutes * 60).toFixed(0)} s; that of Postgres is ` +
        'of all its processes, apart from what they share.',
      figures: [...compareFigures(runs), ...memory.figures],
      plots: HAS_PROC ? [{ title: 'Memory under load', x: 's', y: 'MB', curves: memory.curves }] : [],
      faults,
      skipped: HAS_PROC ? [] : ['memory: this machine has no /proc'],
    };
  },
};

async function watchMemory(
  { servers, options, say }: Bench,
  service: Service,
  perSecond: number,
): Promise<{ figures: Figure[]; curves: Curve[]; faults: string[] }> {
  if (!HAS_PROC) return { figures: [], curves: [], faults: [] };
  const pids = {
    API: service.processes['api']?.[0]?.process.pid,
    worker: service.processes['worker']?.[0]?.process.pid,
    Redis: servers.redis.process.process.pid,
  };
  const curves = [...Object.keys(pids), 'Postgres'].map((name) => ({ name, points: [] as [number, number][] }));
  const totalMs = options.minutes * 60_000;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  let refused = 0;
  say(`  watching memory for ${(totalMs / 1000).toFixed(0)} s at ${perSecond.toFixed(0)} operations a second`);
  const load = async (): Promise<void> => {
    while (elapsed() < totalMs) {
      const seconds = Math.min(LOAD_S, (totalMs - elapsed()) / 1000);
      const { ports, requests } = service;
      const sent = await runOpenLoop({ ports, requests, connections: CONNECTIONS, seconds, perSecond });
      refused += sent.filter(({ status }) => status !== 202).length;
    }
  };
  const sample = async (): Promise<void> => {
    while (elapsed() < totalMs) {
      const own = [...Object.values(pids).map((pid) => memoryOf(pid).now), memoryOfPostgres(servers)];
      own.forEach((value, index) => curves[index]?.points.push([elapsed() / 1000, value]));
      await delay(Math.max(LEAST_SAMPLE_MS, totalMs / SAMPLES));
    }
  };
  await Promise.all([load(), sample()]);
  const figures = curves.flatMap(({ name, points }) => {
    const between = (from: number, to: number): number =>
      spreadOf(points.slice(Math.floor(points.length * from), Math.ceil(points.length * to)).map(([, y]) => y)).median;
    const [early, late] = [between(0.2, 0.4), between(0.8, 1)];
    return [
      { subject: name, measure: 'memory in the second fifth of the time', unit: 'MB', values: [early] },
      {
        ...{ subject: name, measure: 'memory in the last fifth', unit: 'MB', values: [late] },
        ratio: ratioOf('to the second', [late], [early]),
      },
    ];
  });
  const faults = refused > 0 ? [`${refused} requests were refused or not answered while memory was watched`] : [];
  return { figures, curves, faults };
}
