import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { startRedis } from '@wallet/local/embedded-redis';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { findPostgresBinaries } from '@wallet/local/postgres-binaries';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';

/**
 * `npm run bench:batch [-- lines]`: one CSV file of 1,000,000 deposits (or as many as given), uploaded, accepted and
 * applied: to 100,000 wallets, and to a single one; beside `pgbench -N -c 8` on the same server. Then 100 single operations a
 * second on other wallets, with and without a batch in turn. One API and one worker, as they run in production.
 */
const LINES = Number(process.argv[2] ?? 1_000_000);
const WALLETS = Math.max(1, Math.min(100_000, LINES / 10));
const OTHERS = 1_000;
const PGBENCH_S = 10;
const SINGLES_PER_S = 100;
const ROUNDS = 4;
const QUIET_S = 10;
/** What the images start node with. */
const FLAGS = { api: ['--max-semi-space-size=8'], worker: [] };
/** The unit of processor time in /proc. */
const TICKS_PER_S = 100;

const folder = mkdtempSync(join(tmpdir(), 'wallet-bench-'));
const path = process.env['PATH'] ?? '';
const postgres = await startPostgres({
  dataDir: folder,
  path,
  settings: { shared_buffers: '4GB', max_wal_size: '8GB', checkpoint_timeout: '30min' },
});
const redis = await startRedis({ dataDir: folder, path });
await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
const database = createPool({ url: postgres.url, name: 'bench', size: 2, statementMs: 0, onError: () => undefined });
const port = await findFreePort();
const url = `http://127.0.0.1:${port}`;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const api = await startProcess('api');
const worker = await startProcess('worker');
try {
  await run();
} finally {
  await Promise.all([api.stop('SIGTERM', 10_000), worker.stop('SIGTERM', 10_000)]);
  agent.destroy();
  await database.end();
  await redis.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const wallets = await makeWallets(database, '1', WALLETS);
  const others = await makeWallets(database, '2', OTHERS);
  const single = await makeWallets(database, '3', 1);

  // Each beside pgbench just before and just after: the machine may be shared.
  const rates = [runPgbench()];
  const first = await runBatch(writeFile('many.csv', wallets));
  rates.push(runPgbench());
  report(`${LINES} lines to ${WALLETS} wallets`, first, rates);
  const second = await runBatch(writeFile('one.csv', single));
  rates.push(runPgbench());
  report(`${LINES} lines to one wallet`, second, rates.slice(1));
  const against = (what: 'applied' | 'all'): string => (first.seconds[what] / second.seconds[what]).toFixed(2);
  say(`  rate against many wallets: in all ${against('all')}, applied ${against('applied')}`);

  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    alone.push(...(await measureSingles(others, () => false, QUIET_S * SINGLES_PER_S)));
    const { id } = await upload(writeFile('again.csv', wallets, `${1 + round}.00`, LINES / 10));
    let applied = false;
    const during = measureSingles(others, () => applied);
    await untilFinished(id);
    applied = true;
    beside.push(...(await during));
  }
  say(`single operations alone: ${describe(alone)}`);
  say(`  while batches of ${LINES / 10} lines are applied, ${ROUNDS} times in turn: ${describe(beside)}`);
  const ratio = (share: number): string => (percentile(beside, share) / percentile(alone, share)).toFixed(2);
  say(`  against alone: p50 ${ratio(0.5)}, p99 ${ratio(0.99)}`);

  say(`peak memory, MB: api ${peakMemory(api)}, worker ${peakMemory(worker)}, Redis ${peakMemory(redis.process)}`);
  const audit = createPool({ url: postgres.url, name: 'audit', size: 1, statementMs: 0, onError: () => undefined });
  say(`audit: ${await auditDatabase(audit, (violation) => say(JSON.stringify(violation)))} violations`);
  await audit.end();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function startProcess(name: 'api' | 'worker'): Promise<Child> {
  const child = startChild([process.execPath, ...FLAGS[name], join(PROJECT_ROOT, name, 'dist/main.js')], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: path,
      PORT: String(port),
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      NODE_ENV: 'production',
      ...extra(name),
    },
  });
  await child.said('ready');
  return child;
}

/** Settings for one of the processes: `BENCH_API_…` and `BENCH_WORKER_…` of this process's environment. */
function extra(name: string): Record<string, string> {
  const prefix = `BENCH_${name.toUpperCase()}_`;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

async function makeWallets(target: Database, group: string, count: number): Promise<string[]> {
  const { rows } = await target.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO wallets (id, asset_id)
       SELECT md5($1 || ' ' || n)::uuid, 4 FROM generate_series(1, $2) AS n RETURNING id, asset_id
     ), opened AS (INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made)
     SELECT id FROM made`,
    [group, count],
  );
  return rows.map((row) => row.id);
}

function writeFile(name: string, wallets: readonly string[], amount = '1.00', count = LINES): string {
  const file = join(folder, name);
  const lines = ['type,wallet_id,amount'];
  for (let line = 0; line < count; line += 1) lines.push(`deposit,${wallets[line % wallets.length]},${amount}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function runPgbench(): number {
  const { password, port: pgPort } = new URL(postgres.url);
  const env = { PATH: path, PGPASSWORD: password, PGHOST: '127.0.0.1', PGPORT: pgPort, PGUSER: 'postgres' };
  const pgbench = join(findPostgresBinaries(path, false, null).folder, 'pgbench');
  execFileSync(pgbench, ['-i', '-q', '-s', '20', 'postgres'], { env, stdio: 'ignore' });
  const output = execFileSync(pgbench, ['-N', '-c', '8', '-j', '2', '-T', String(PGBENCH_S), 'postgres'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(/tps = ([\d.]+)/.exec(output.toString())?.[1]);
}

interface Finished {
  readonly seconds: { accepted: number; applied: number; all: number };
  /** Microseconds of processor time for each line, while it was accepted and while it was applied. */
  readonly cost: { accepted: string; applied: string };
}

async function runBatch(file: string): Promise<Finished> {
  const used = [cpuSeconds()];
  const started = performance.now();
  const { id } = await upload(file);
  const accepted = performance.now();
  used.push(cpuSeconds());
  await untilFinished(id);
  const finished = performance.now();
  used.push(cpuSeconds());
  const since = (from: number, to: number): number => (to - from) / 1000;
  return {
    seconds: { accepted: since(started, accepted), applied: since(accepted, finished), all: since(started, finished) },
    cost: { accepted: costOf(used[0], used[1]), applied: costOf(used[1], used[2]) },
  };
}

async function upload(file: string): Promise<{ id: string }> {
  const answer = await send(
    'POST',
    '/batches',
    { 'content-type': 'text/csv', 'content-length': String(statSync(file).size) },
    file,
  );
  if (answer.status !== 202) throw new Error(JSON.stringify(answer));
  return { id: answer.body['id'] as string };
}

async function untilFinished(id: string): Promise<void> {
  for (;;) {
    const { body } = await send('GET', `/batches/${id}`, {});
    if (body['status'] === 'completed') return;
    await delay(100);
  }
}

/** Open loop: one every 10 ms, whatever became of those before; from the moment it was meant to be sent to its result. */
async function measureSingles(wallets: readonly string[], isOver: () => boolean, most = Infinity): Promise<number[]> {
  const times: number[] = [];
  const running: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; ; sent += 1) {
    const due = started + (sent * 1000) / SINGLES_PER_S;
    await delay(Math.max(0, due - performance.now()));
    if (isOver() || sent === most) break;
    const wallet = wallets[sent % wallets.length];
    running.push(
      send(
        'POST',
        `/wallets/${wallet}/operation`,
        { 'content-type': 'application/json', prefer: 'wait=20' },
        null,
        '{"operation_type":"DEPOSIT","amount":1}',
      ).then(({ status, body }) => {
        if (status !== 200) throw new Error(JSON.stringify(body));
        times.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(running);
  return times;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? NaN;
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

type Cpu = Record<'api' | 'worker' | 'postgres' | 'redis', number>;

/** Seconds of processor time that the processes have used so far; of Postgres, with all its backends. */
function cpuSeconds(): Cpu {
  const ticks = (pid: string | number | undefined, withEnded = false): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return (user + system + (withEnded ? endedUser + endedSystem : 0)) / TICKS_PER_S;
  };
  const postmaster = postgres.process.process.pid;
  const backends = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  return {
    api: ticks(api.process.pid),
    worker: ticks(worker.process.pid),
    postgres: [ticks(postmaster, true), ...backends.map((pid) => ticks(pid))].reduce((sum, each) => sum + each, 0),
    redis: ticks(redis.process.process.pid),
  };
}

function costOf(before: Cpu | undefined, after: Cpu | undefined): string {
  return (['api', 'worker', 'postgres', 'redis'] as const)
    .map((name) => `${name} ${((((after?.[name] ?? 0) - (before?.[name] ?? 0)) * 1e6) / LINES).toFixed(1)}`)
    .join(', ');
}

function peakMemory(child: Child): number {
  const status = readFileSync(`/proc/${child.process.pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

function send(
  method: string,
  route: string,
  headers: Record<string, string>,
  file: string | null = null,
  body?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${route}`, { method, agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
        });
      });
    });
    outgoing.once('error', reject);
    if (file === null) outgoing.end(body);
    else createReadStream(file).pipe(outgoing);
  });
}
