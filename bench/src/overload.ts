import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate';
import { createPool } from '@wallet/shared/database/pool';
import { type Run, type Second, check, judge, say, tell } from './overload-report.ts';
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
  const isWell = judge(now, { overloadBegun, afterBegun, ended, half: capacity / 2 });
  const isSound = await check(now, database);
  if (!isWell || !isSound) process.exitCode = 1;
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

function newSecond(): Second {
  return { offered: 0, accepted: 0, refused: 0, broken: 0, applied: 0 };
}

function current(now: Run): Second {
  const index = secondOf(now);
  while (now.seconds.length < index) now.seconds.push(newSecond());
  return (now.seconds[index] ??= newSecond());
}

/** Counts what is applied and looks at the memory of the API, every second, until it is stopped. */
function watch(now: Run): () => Promise<void> {
  let isOver = false;
  let last = 0;
  const pid = processes[0].process.pid ?? 0;
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
