import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { untilDrained } from './contender.ts';
import { type ConnectionQueue, openConnectionQueue } from './load/connection-queue.ts';
import { type Run, type Second, check, judge, say, tell } from './overload-report.ts';
import { readArgument } from './read-argument.ts';
import { startServers } from './servers.ts';
import { type Service, startService } from './service.ts';
import { withStops } from './stops.ts';
import { memoryOf } from './usage.ts';

/**
 * `npm run bench:overload [-- seconds]`: what one API and one worker can take, measured by 64 clients who wait for their
 * answers; then three times as much for 60 s (or as many as given), whether it is answered or not, and then half of what they
 * can take for 30 s. Pollers read operations all along. Times count from when a request should have been sent.
 *
 * `BENCH_API_ADMISSION_…` settings reach the API. Then everything that was accepted has to be applied, and of what was refused there may be no trace.
 */
const HELP = `[-- seconds]

Measures what one API and one worker can take, sends three times as much for so many seconds (60), and then half of it. It starts
its own servers.`;
const OVERLOAD_S = readArgument('npm run bench:overload', HELP, 60);
const AFTER_S = 30;
const WARM_S = 5;
const CAPACITY_S = 15;
const CLOSED = 64;
const OPEN = 1_500;
const TIMES = 3;
const POLLS_PER_S = 50;
const POLLERS = 200;
const TICK_MS = 5;
const APPLIED_S = 120;

const healthPort = await findFreePort();
let sent = 0;

await withStops(async (stops) => {
  const servers = await startServers(stops);
  await run(await startService(servers, { env: { WORKER_HEALTH_PORT: String(healthPort) } }));
});

async function run(service: Service): Promise<void> {
  const port = service.ports[0] ?? 0;
  const wallets = service.walletIds;
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
  const stopWatching = watch(now, service);
  const posts = await openConnectionQueue(port, OPEN);
  const polls = await openConnectionQueue(port, POLLERS);
  const stopPolling = poll(now, polls);
  await sendClosed(now, posts, service, WARM_S);
  const capacityBegun = secondOf(now);
  const capacity = await sendClosed(now, posts, service, CAPACITY_S);
  say(`capacity: ${capacity.toFixed(0)}/s accepted, ${CLOSED} clients who wait`);
  await tellRefusals(port);
  const overloadBegun = secondOf(now);
  await sendOpen(now, posts, wallets, TIMES * capacity, OVERLOAD_S);
  await tellRefusals(port);
  const afterBegun = secondOf(now);
  await sendOpen(now, posts, wallets, capacity / 2, AFTER_S);
  const ended = secondOf(now);
  await tellRefusals(port);
  await posts.idle();
  await stopPolling();
  await untilApplied(service);
  await stopWatching();
  posts.close();
  polls.close();
  tell(now, 'capacity', capacityBegun, overloadBegun);
  tell(now, `${TIMES} times that`, overloadBegun, afterBegun);
  tell(now, 'half of it', afterBegun, ended);
  const isWell = judge(now, { overloadBegun, afterBegun, ended, half: capacity / 2 });
  const isSound = await check(now, service.ledger.database.pool);
  if (!isWell || !isSound) process.exitCode = 1;
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

/** Counts applied operations and reads the memory of the API, every second, until it is stopped. */
function watch(now: Run, service: Service): () => Promise<void> {
  let isOver = false;
  let last = 0;
  const api = service.processes['api']?.[0];
  const look = async (): Promise<void> => {
    while (!isOver) {
      // From the workers' own metrics, so that counting costs the database nothing.
      const applied = await appliedSoFar();
      current(now).applied += applied - last;
      last = applied;
      now.memory.push({ at: secondOf(now), mb: memoryOf(api?.process.pid).now });
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
async function tellRefusals(port: number): Promise<void> {
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

/** Reads an accepted operation fifty times a second, over its own connections. */
function poll(now: Run, connections: ConnectionQueue): () => Promise<void> {
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

/** Sends one deposit under a fresh key, and records the result. */
function sendOne(now: Run, connections: ConnectionQueue, wallets: readonly string[], due: number): Promise<void> {
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
async function sendClosed(now: Run, connections: ConnectionQueue, service: Service, seconds: number): Promise<number> {
  const before = now.accepted.size;
  const end = performance.now() + seconds * 1000;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CLOSED }, async () => {
      while (performance.now() < end) await sendOne(now, connections, service.walletIds, performance.now());
    }),
  );
  // An accepted operation counts when it is applied: a backlog is not capacity.
  await untilApplied(service);
  return (now.accepted.size - before) / ((performance.now() - begun) / 1000);
}

/** This many a second, regardless of the answers. */
async function sendOpen(
  now: Run,
  connections: ConnectionQueue,
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

async function untilApplied(service: Service): Promise<void> {
  const took = await untilDrained(service.ledger, 0, APPLIED_S);
  if (took === null) throw new Error('not everything that was accepted was applied in time');
}
