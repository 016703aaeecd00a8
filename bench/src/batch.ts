import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpClient, createClient, untilFinished, uploadBatch, writeDeposits } from './batch-load.ts';
import { preparePgbench } from './bounds.ts';
import { pidsOf } from './contender.ts';
import { readArgument } from './read-argument.ts';
import { makeDatabase, startServers } from './servers.ts';
import { auditService, startService } from './service.ts';
import { percentile } from './statistics.ts';
import { withStops } from './stops.ts';
import { type Cpu, memoryOf, readCpu, subtractCpu } from './usage.ts';
import { makeWallets } from './wallets.ts';

/**
 * `npm run bench:batch [-- lines]`: one CSV file of 1,000,000 deposits (or as many as given), uploaded, accepted and
 * applied: to 100,000 wallets, and to a single one; beside `pgbench -N -c 8` on the same server. Then 100 single operations a
 * second on other wallets, with and without a batch in turn. One API and one worker, as they run in production.
 */
const HELP = `[-- lines]

Uploads CSV files of so many deposits (1,000,000), to many wallets and to one, and measures how fast they are accepted and
applied; then single operations beside batches. It starts its own servers.`;
const LINES = readArgument('npm run bench:batch', HELP, 1_000_000);
const WALLETS = Math.max(1, Math.min(100_000, LINES / 10));
const OTHERS = 1_000;
const PARTITIONS = 16;
const PGBENCH_S = 10;
const PGBENCH_SCALE = 20;
const SINGLES_PER_S = 100;
const ROUNDS = 4;
const QUIET_S = 10;

await withStops(async (stops) => {
  const servers = await startServers(stops);
  const database = await makeDatabase(servers, PARTITIONS);
  const wallets = await makeWallets(database.pool, '1', WALLETS);
  const others = await makeWallets(database.pool, '2', OTHERS);
  const single = await makeWallets(database.pool, '3', 1);
  const service = await startService(servers, { filled: { database, walletIds: wallets } });
  const client = createClient(service.ports[0] ?? 0);
  stops.add(() => client.close());
  const readUsed = (): Cpu | null => readCpu(servers, pidsOf(service));
  const file = (name: string, to: readonly string[], lines = LINES, amount?: string): string =>
    writeDeposits(join(servers.folder, name), to, lines, amount);

  // Each beside pgbench just before and just after: the machine may be shared.
  const pgbench = await preparePgbench(servers, PGBENCH_SCALE);
  const runPgbench = async (): Promise<number> => (pgbench ? pgbench(PGBENCH_S) : NaN);
  const rates = [await runPgbench()];
  const first = await runBatch(client, file('many.csv', wallets), readUsed);
  rates.push(await runPgbench());
  report(`${LINES} lines to ${WALLETS} wallets`, first, rates);
  const second = await runBatch(client, file('one.csv', single), readUsed);
  rates.push(await runPgbench());
  report(`${LINES} lines to one wallet`, second, rates.slice(1));
  const against = (what: 'applied' | 'all'): string => (first.seconds[what] / second.seconds[what]).toFixed(2);
  say(`  rate against many wallets: in all ${against('all')}, applied ${against('applied')}`);

  await compareSingles(client, others, (round) => file('again.csv', wallets, LINES / 10, `${1 + round}.00`));
  const peak = (child: { process: { pid?: number | undefined } } | undefined): string =>
    memoryOf(child?.process.pid).peak.toFixed(0);
  const [api, worker] = [service.processes['api']?.[0], service.processes['worker']?.[0]];
  say(`peak memory, MB: api ${peak(api)}, worker ${peak(worker)}, Redis ${peak(servers.redis.process)}`);
  const violations = await auditService(service, Infinity);
  for (const violation of violations) say(violation);
  say(`audit: ${violations.length} violations`);
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Finished {
  readonly seconds: { accepted: number; applied: number; all: number };
  /** Microseconds of processor time per line, while it was accepted and while it was applied. */
  readonly cost: { accepted: string; applied: string };
}

async function runBatch(client: HttpClient, file: string, readUsed: () => Cpu | null): Promise<Finished> {
  const before = readUsed();
  const started = performance.now();
  const id = await uploadBatch(client, file);
  const accepted = performance.now();
  const between = readUsed();
  await untilFinished(client, id);
  const finished = performance.now();
  const after = readUsed();
  const since = (from: number, to: number): number => (to - from) / 1000;
  return {
    seconds: { accepted: since(started, accepted), applied: since(accepted, finished), all: since(started, finished) },
    cost: { accepted: costOf(before, between), applied: costOf(between, after) },
  };
}

function costOf(before: Cpu | null, after: Cpu | null): string {
  return Object.entries(subtractCpu(after, before) ?? {})
    .map(([name, time]) => `${name} ${(time / LINES).toFixed(1)}`)
    .join(', ');
}

/** The wait for the result of a single operation, without and with a running batch, alternating. */
async function compareSingles(
  client: HttpClient,
  wallets: readonly string[],
  writeFile: (round: number) => string,
): Promise<void> {
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    alone.push(...(await measureSingles(client, wallets, () => false, QUIET_S * SINGLES_PER_S)));
    const id = await uploadBatch(client, writeFile(round));
    let applied = false;
    const during = measureSingles(client, wallets, () => applied);
    await untilFinished(client, id);
    applied = true;
    beside.push(...(await during));
  }
  say(`single operations alone: ${describe(alone)}`);
  say(`  while batches of ${LINES / 10} lines are applied, ${ROUNDS} times in turn: ${describe(beside)}`);
  const ratio = (share: number): string => (percentile(beside, share) / percentile(alone, share)).toFixed(2);
  say(`  against alone: p50 ${ratio(0.5)}, p99 ${ratio(0.99)}`);
}

/** Open loop: one every 10 ms, regardless of the previous ones; from the moment it was due to its result. */
async function measureSingles(
  client: HttpClient,
  wallets: readonly string[],
  isOver: () => boolean,
  most = Infinity,
): Promise<number[]> {
  const times: number[] = [];
  const running: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; ; sent += 1) {
    const due = started + (sent * 1000) / SINGLES_PER_S;
    await delay(Math.max(0, due - performance.now()));
    if (isOver() || sent === most) break;
    const options = { headers: { prefer: 'wait=20' }, body: { operation_type: 'DEPOSIT', amount: 1 } };
    running.push(
      client.send('POST', `/wallets/${wallets[sent % wallets.length]}/operation`, options).then(({ status, body }) => {
        if (status !== 200) throw new Error(JSON.stringify(body));
        times.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(running);
  return times;
}

function describe(times: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(times, share).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms, of ${times.length}`;
}

function report(name: string, { seconds, cost }: Finished, rates: readonly number[]): void {
  const tps = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const line = (what: string, time: number): string =>
    `  ${what.padEnd(9)} ${time.toFixed(1)} s, ${Math.round(LINES / time)}/s, ${(LINES / time / tps).toFixed(2)} of pgbench`;
  say(`${name}; pgbench ${rates.map(Math.round).join(' and ')} transactions/s`);
  for (const what of ['accepted', 'applied', 'all'] as const) say(line(what, seconds[what]));
  say(`  processor time, µs a line: accepted ${cost.accepted}; applied ${cost.applied}`);
}
