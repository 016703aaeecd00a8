import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate';
import { createPool } from '@wallet/shared/database/pool';
import { type Connections, openConnections } from './raw-connections.ts';

/**
 * `npm run bench:overload [-- seconds]`: what one API and one worker can take, measured by 64 clients who wait for their
 * answers; then three times as much for 60 s (or as many as given), whether it is answered or not, and then half of what they
 * can take for 30 s. Pollers read operations all along. Times count from when a request should have been sent.
 *
 * ADMISSION_… settings reach the API. Then everything that was accepted has to be applied, and of what was refused there may be no trace.
 */
const OVERLOAD_S = Number(process.argv[2] ?? 60);
const AFTER_S = 30;
const WARM_S = 5;
const CAPACITY_S = 15;
const CLOSED = 64;
const OPEN = 1_500;
const TIMES = 3;
const POLLS_PER_S = 50;
const POLLERS = 200;
const WALLETS = 1_000;
const TICK_MS = 5;
const BACK = 0.95;
const APPLIED_MS = 120_000;
const FLAGS = { api: ['--max-semi-space-size=8'], worker: [] };

const folder = mkdtempSync(join(tmpdir(), 'wallet-bench-'));
const path = process.env['PATH'] ?? '';
const postgres = await startPostgres({
  dataDir: folder,
  path,
  settings: { shared_buffers: '1GB', max_wal_size: '8GB' },
});
const redis = await startRedis({ dataDir: folder, path });
await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
const database = createPool({ url: postgres.url, name: 'bench', size: 2, statementMs: 0, onError: () => undefined });
const port = await findFreePort();
const healthPort = await findFreePort();
const processes = await Promise.all([startProcess('api'), startProcess('worker')]);
let hasFailed = false;
let sent = 0;
try {
  await run();
} finally {
  await Promise.all(processes.map((child) => child.stop('SIGTERM', 10_000)));
  await database.end();
  await redis.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (hasFailed) process.exitCode = 1;

interface Second {
  offered: number;
  accepted: number;
  refused: number;
  broken: number;
  applied: number;
}

/** What happened, second by second, and what became of each request. */
interface Run {
  readonly begun: number;
  readonly seconds: Second[];
  readonly accepted: Set<string>;
  readonly refused: Set<string>;
  /** Those without an answer: they may have been accepted. */
  readonly unknown: Set<string>;
  /** What was answered besides 202 and 503; 0 is nothing. */
  readonly statuses: Set<number>;
  readonly polls: { readonly at: number; readonly ms: number; readonly status: number }[];
  readonly waits: { readonly at: number; readonly ms: number }[];
  /** Memory of the API in MB, by when. */
  readonly memory: { readonly at: number; readonly mb: number }[];
  /** Operations to poll. */
  readonly ids: string[];
}

async function run(): Promise<void> {
  const wallets = await makeWallets();
  const now: Run = {
    begun: performance.now(),
    seconds: [],
    accepted: new Set(),
    refused: new Set(),
    unknown: new Set(),
    statuses: new Set(),
    polls: [],
    waits: [],
    memory: [],
    ids: [],
  };
  const stopWatching = watch(now);
  const posts = await openConnections(port, OPEN);
  const polls = await openConnections(port, POLLERS);
  const stopPolling = poll(now, polls);
  await sendClosed(now, posts, wallets, WARM_S);
  const capacityBegun = secondOf(now);
  const capacity = await sendClosed(now, posts, wallets, CAPACITY_S);
  say(`capacity: ${capacity.toFixed(0)}/s accepted, ${CLOSED} clients who wait`);
  await tellRefusals();
  const overloadBegun = secondOf(now);
  await sendOpen(now, posts, wallets, TIMES * capacity, OVERLOAD_S);
  await tellRefusals();
  const afterBegun = secondOf(now);
  await sendOpen(now, posts, wallets, capacity / 2, AFTER_S);
  const ended = secondOf(now);
  await tellRefusals();
  await posts.idle();
  await stopPolling();
  await untilApplied();
  await stopWatching();
  posts.close();
  polls.close();
  tell(now, 'capacity', capacityBegun, overloadBegun);
  tell(now, `${TIMES} times that`, overloadBegun, afterBegun);
  tell(now, 'half of it', afterBegun, ended);
  judge(now, { overloadBegun, afterBegun, ended, half: capacity / 2 });
  await check(now);
}

async function makeWallets(): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO wallets (id, asset_id) SELECT gen_random_uuid(), 4 FROM generate_series(1, $1) RETURNING id, asset_id
     ), opened AS (INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made)
     SELECT id FROM made`,
    [WALLETS],
  );
  return rows.map(({ id }) => id);
}

function secondOf({ begun }: Run): number {
  return Math.floor((performance.now() - begun) / 1000);
}

function current(now: Run): Second {
  const index = secondOf(now);
  while (now.seconds.length <= index) {
    now.seconds.push({ offered: 0, accepted: 0, refused: 0, broken: 0, applied: 0 });
  }
  return now.seconds[index] as Second;
}

/** Counts what is applied and looks at the memory of the API, every second, until it is stopped. */
function watch(now: Run): () => Promise<void> {
  let isOver = false;
  let last = 0;
  const pid = processes[0]?.process.pid ?? 0;
  const look = async (): Promise<void> => {
    while (!isOver) {
      // By the workers' own account, so that counting costs the database nothing.
      const applied = await appliedSoFar();
      current(now).applied += applied - last;
      last = applied;
      const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
      now.memory.push({ at: secondOf(now), mb: resident / 1024 });
      await delay(1000 - ((performance.now() - now.begun) % 1000));
    }
  };
  const looking = look();
  looking.catch(() => undefined);
  return async () => {
    isOver = true;
    await looking;
  };
}

/** Why the API has refused requests so far. */
async function tellRefusals(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const reasons = [
    ...(await answer.text()).matchAll(/^wallet_admission_refusals_total\{.*reason="(\w+)".*\} (\d+)$/gm),
  ];
  say(`refused so far: ${reasons.map(([, reason, count]) => `${reason} ${count}`).join(', ') || 'none'}`);
}

async function appliedSoFar(): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${healthPort}/metrics`);
  return Number(/^wallet_operations_applied_total (\S+)$/m.exec(await answer.text())?.[1] ?? 0);
}

/** Reads an operation of those that were accepted, fifty times a second, over connections of its own. */
function poll(now: Run, connections: Connections): () => Promise<void> {
  const timer = setInterval(() => {
    const id = now.ids[Math.floor(Math.random() * now.ids.length)];
    if (id === undefined) return;
    const due = performance.now();
    const at = secondOf(now);
    connections.send(`GET /operations/${id} HTTP/1.1\r\nHost: x\r\n\r\n`, ({ status }) => {
      now.polls.push({ at, ms: performance.now() - due, status });
    });
  }, 1000 / POLLS_PER_S);
  return async () => {
    clearInterval(timer);
    await connections.idle();
  };
}

/** Sends one deposit under a key of its own, and notes what comes of it. */
function sendOne(now: Run, connections: Connections, wallets: readonly string[], due: number): Promise<void> {
  sent += 1;
  const key = `bench-${sent}`;
  const body = '{"operation_type":"DEPOSIT","amount":"1.00"}';
  const request =
    `POST /wallets/${wallets[sent % wallets.length]}/operation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `Idempotency-Key: ${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const at = secondOf(now);
  current(now).offered += 1;
  return new Promise((resolve) => {
    connections.send(request, ({ status, text }) => {
      const second = current(now);
      if (status === 202) {
        second.accepted += 1;
        now.accepted.add(key);
        now.waits.push({ at, ms: performance.now() - due });
        if (now.ids.length < 100_000) now.ids.push(/"id":"([^"]+)"/.exec(text)?.[1] ?? '');
      } else if (status === 503) {
        second.refused += 1;
        now.refused.add(key);
      } else {
        second.broken += 1;
        now.unknown.add(key);
        now.statuses.add(status);
      }
      resolve();
    });
  });
}

/** As many clients as fit, each of which waits for its answer. @returns how many were accepted in a second. */
async function sendClosed(
  now: Run,
  connections: Connections,
  wallets: readonly string[],
  seconds: number,
): Promise<number> {
  const before = now.accepted.size;
  const end = performance.now() + seconds * 1000;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CLOSED }, async () => {
      while (performance.now() < end) await sendOne(now, connections, wallets, performance.now());
    }),
  );
  // What is accepted counts when it is applied: a backlog is no capacity.
  await untilApplied();
  return (now.accepted.size - before) / ((performance.now() - begun) / 1000);
}

/** So many a second, whatever is answered. */
async function sendOpen(
  now: Run,
  connections: Connections,
  wallets: readonly string[],
  perSecond: number,
  seconds: number,
): Promise<void> {
  const begun = performance.now();
  for (let count = 0; performance.now() - begun < seconds * 1000;) {
    const due = ((performance.now() - begun) / 1000) * perSecond;
    for (; count < due; count += 1) void sendOne(now, connections, wallets, begun + (count / perSecond) * 1000);
    await delay(TICK_MS);
  }
}

async function untilApplied(): Promise<void> {
  const deadline = performance.now() + APPLIED_MS;
  for (;;) {
    const { rowCount } = await database.query('SELECT FROM pending_operations LIMIT 1');
    if (rowCount === 0) return;
    if (performance.now() > deadline) throw new Error('not everything that was accepted was applied in time');
    await delay(50);
  }
}

function tell(now: Run, name: string, from: number, to: number): void {
  const seconds = now.seconds.slice(from, to);
  const rate = (of: (second: Second) => number): string =>
    (seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length).toFixed(0);
  const within = ({ at }: { readonly at: number }): boolean => at >= from && at < to;
  const polls = now.polls.filter(within).map(({ ms }) => ms);
  const waits = now.waits.filter(within).map(({ ms }) => ms);
  const memory = Math.max(...now.memory.filter(within).map(({ mb }) => mb));
  say(
    `${name}: offered ${rate(({ offered }) => offered)}/s, accepted ${rate(({ accepted }) => accepted)}/s, ` +
      `refused ${rate(({ refused }) => refused)}/s, otherwise ${rate(({ broken }) => broken)}/s, ` +
      `applied ${rate(({ applied }) => applied)}/s`,
  );
  say(
    `  polls p50 ${at(polls, 0.5)}, p99 ${at(polls, 0.99)}; accepted in p50 ${at(waits, 0.5)}, p99 ${at(waits, 0.99)}`,
  );
  say(`  memory of the API at most ${memory.toFixed(0)} MB`);
}

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(0) ?? '-'} ms`;
}

function judge(now: Run, phases: { overloadBegun: number; afterBegun: number; ended: number; half: number }): void {
  const { overloadBegun, afterBegun, ended, half } = phases;
  const back = now.seconds.slice(afterBegun, ended).findIndex((_, index, all) => {
    const next = all.slice(index, index + 3);
    return (
      next.length > 0 &&
      next.reduce((sum, each) => sum + Math.min(each.accepted, each.applied), 0) / next.length >= BACK * half
    );
  });
  say(`seconds until ${BACK * 100} % of half the capacity is accepted and applied again: ${back < 0 ? 'never' : back}`);
  verdict('goodput is back within 30 s', back >= 0 && back <= 30);
  const polls = now.polls.filter((poll) => poll.at >= overloadBegun && poll.at < afterBegun);
  const sorted = polls.map(({ ms }) => ms).toSorted((a, b) => a - b);
  verdict('99 of 100 polls take less than a second', (sorted[Math.floor(sorted.length * 0.99)] ?? Infinity) < 1000);
  verdict(
    'every poll was answered',
    now.polls.every(({ status }) => status === 200),
  );
}

/** Holds what was answered against what is stored. */
async function check(now: Run): Promise<void> {
  const { rows } = await database.query<{ key: string; status: string | null }>(
    `SELECT idempotency_key AS key, status FROM operations LEFT JOIN outcomes ON outcomes.operation_id = operations.id`,
  );
  const stored = new Map(rows.map(({ key, status }) => [key, status]));
  const applied = [...now.accepted].filter((key) => stored.get(key) === 'succeeded').length;
  const traces = [...now.refused].filter((key) => stored.has(key)).length;
  const others = rows.filter(({ key }) => !now.accepted.has(key)).length;
  say(`accepted ${now.accepted.size}, applied ${applied}; refused ${now.refused.size}, stored ${traces} of them`);
  say(`answered otherwise ${now.unknown.size} (${[...now.statuses].join(', ')}), stored ${others} of them`);
  verdict(
    'what was accepted was applied, once, and nothing else',
    applied === now.accepted.size && others <= now.unknown.size,
  );
  verdict('what was refused left no trace', traces === 0);
  verdict('the audit finds nothing', (await auditDatabase(database, (found) => say(JSON.stringify(found)))) === 0);
}

function verdict(sentence: string, isSo: boolean): void {
  hasFailed ||= !isSo;
  say(`${isSo ? 'yes' : 'NO '}  ${sentence}`);
}

async function startProcess(name: 'api' | 'worker'): Promise<Child> {
  const child = startChild([process.execPath, ...FLAGS[name], join(PROJECT_ROOT, name, 'dist/main.js')], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...{ PATH: path, PORT: String(port), DATABASE_URL: postgres.url, REDIS_URL: redis.url, NODE_ENV: 'production' },
      ...{ WORKER_HEALTH_PORT: String(healthPort) },
      ...Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith('ADMISSION_'))),
    },
  });
  await child.said('ready');
  return child;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
