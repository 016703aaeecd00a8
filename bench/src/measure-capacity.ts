import { type Contender, pidsOf, untilDrained } from './contender.ts';
import type { Figure } from './figures.ts';
import { describeRefused, runClosedLoop } from './load/closed-loop.ts';
import type { Servers } from './servers.ts';
import { type Cpu, readCpu, readRedisCalls, readWalBytes, subtractCpu } from './usage.ts';

/** The results of one closed-loop run of one contender. */
export interface Capacity {
  readonly accepted: number;
  /** Operations a second: accepted while the load lasted; applied from the first request until the last was applied. */
  readonly acceptedPerS: number;
  readonly appliedPerS: number;
  /** Seconds from the last answer until everything was applied. */
  readonly drainS: number;
  /** Microseconds per operation by kind of process; null if the machine does not report it. */
  readonly cpu: Cpu | null;
  readonly walBytes: number;
  readonly redisCalls: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

export interface CapacityLoad {
  readonly seconds: number;
  readonly connections: number;
}

export const CONNECTIONS = 64;
/** The drain may take this multiple of the load's duration, and at least this long. */
const DRAIN_FACTOR = 10;
const DRAIN_S = 30;

/** Sends a contender as much as it accepts, waits until all of it is applied, and checks the sums. */
export async function measureCapacity(servers: Servers, contender: Contender, load: CapacityLoad): Promise<Capacity> {
  const { ledger } = contender;
  const before = (await ledger?.countApplied()) ?? 0;
  const groups = pidsOf(contender);
  const calls = await readRedisCalls(servers);
  const wal = await readWalBytes(servers);
  const cpu = readCpu(servers, groups);
  const loop = await runClosedLoop({
    ports: contender.ports,
    requests: contender.requests,
    follow: contender.follow,
    ...load,
  });
  const { accepted, seconds } = loop;
  const most = Math.max(DRAIN_S, DRAIN_FACTOR * load.seconds);
  const drainS = ledger ? await untilDrained(ledger, before + accepted, most) : NaN;
  const used = subtractCpu(readCpu(servers, groups), cpu);
  const faults = describeRefused(loop);
  if (ledger) {
    const applied = (await ledger.countApplied()) - before;
    if (drainS === null) faults.push(`not everything was applied ${most} s after the load`);
    if (applied !== accepted) faults.push(`${accepted} operations were accepted and ${applied} applied`);
    faults.push(...(await ledger.findFaults()));
  }
  const callsAfter = await readRedisCalls(servers);
  return {
    accepted,
    acceptedPerS: accepted / seconds,
    appliedPerS: accepted / (seconds + (drainS ?? NaN)),
    drainS: drainS ?? NaN,
    cpu: used && Object.fromEntries(Object.entries(used).map(([name, time]) => [name, time / accepted])),
    walBytes: ((await readWalBytes(servers)) - wal) / accepted,
    redisCalls: new Map([...callsAfter].map(([name, count]) => [name, (count - (calls.get(name) ?? 0)) / accepted])),
    faults: faults.map((fault) => `${contender.name}: ${fault}`),
  };
}

/** The figures of a contender's runs: its accepted and applied rates, and the drain after the load. */
export function capacityFigures(subject: string, runs: readonly Capacity[], applies: boolean): Figure[] {
  const figure = (measure: string, unit: string, of: (run: Capacity) => number): Figure => ({
    ...{ subject, measure, unit },
    values: runs.map(of),
  });
  const accepted = figure('accepted', '/s', (run) => run.acceptedPerS);
  if (!applies) return [accepted];
  return [
    accepted,
    figure('accepted and applied', '/s', (run) => run.appliedPerS),
    figure('drain after the load', 's', (run) => run.drainS),
  ];
}

/** Processor time per operation of each kind of process, and of all except the load generator. */
export function cpuFigures(subject: string, runs: readonly Capacity[]): Figure[] {
  const times = runs.map((run) => run.cpu).filter((cpu) => cpu !== null);
  const names = Object.keys(times[0] ?? {});
  const figure = (measure: string, of: (cpu: Cpu) => number): Figure => ({
    ...{ subject, measure: `processor time for an operation, ${measure}`, unit: 'µs' },
    values: times.map(of),
  });
  if (times.length === 0) return [];
  const served = names.filter((name) => name !== 'client');
  const all = figure('all but the client', (cpu) => served.reduce((sum, name) => sum + (cpu[name] ?? 0), 0));
  return [...names.map((name) => figure(name, (cpu) => cpu[name] ?? 0)), all];
}
