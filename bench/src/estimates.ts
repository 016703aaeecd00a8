import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionQueue, openConnectionQueue } from './load/connection-queue.ts';
import { readArgument } from './read-argument.ts';
import { startServers } from './servers.ts';
import { type Service, startService } from './service.ts';
import { percentile } from './statistics.ts';
import { withStops } from './stops.ts';

/**
 * `npm run bench:estimates [-- operations]`: reads the estimated end of pending operations (`estimated_completion`),
 * and compares it with the real one. The error is relative to the remaining time: 25 % for an operation that ended 4 s
 * later is one second. Half of the operations are single ones, more than a worker can apply at once, half are lines of
 * a batch.
 */
const HELP = `[-- operations]

Asks so many operations (1,000) under load when they will have ended, and prints how far that was from what happened. It starts its
own servers.`;
const OPERATIONS = readArgument('npm run bench:estimates', HELP, 1_000);
/** So few operations per transaction that one worker applies less than one API accepts, and a backlog grows. */
const SLOW_WORKER = { WORKER_BATCH_LIMIT: '4', WORKER_BULK_LIMIT: '100', WORKER_BULK_TRANSACTIONS: '1' };
/** The constant backlog of single operations; and, after a while, one in this many is asked. */
const WAITING = 1_500;
const WARM_S = 15;
const LEARNS_S = 4;
const SAMPLED_EVERY = 10;
const LINES = 200_000;
const POLLERS = 32;
const TICK_MS = 10;
const MOST_ERROR = 0.25;
const DRAINED_S = 300;

interface Guess {
  readonly id: string;
  readonly askedAt: number;
  readonly expectedAt: number | null;
  readonly ahead: number;
}

await withStops(async (stops) => {
  const servers = await startServers(stops);
  const singles = await guessSingles(await startService(servers, { env: SLOW_WORKER }));
  const lines = await guessLines(await startService(servers, { env: SLOW_WORKER }));
  tell('single operations', singles);
  tell('lines of batches', lines);
  const median = tell('all', [...singles, ...lines]);
  if (!(median <= MOST_ERROR)) process.exitCode = 1;
});

/**
 * Single operations, sent so that `WAITING` are pending throughout. They are asked at once, or up to a second later.
 */
async function guessSingles(service: Service): Promise<number[]> {
  const port = service.ports[0] ?? 0;
  const posts = await openConnectionQueue(port, 64);
  const polls = await openConnectionQueue(port, POLLERS);
  const guesses: Guess[] = [];
  let [sent, answered] = [0, 0];
  const begun = performance.now();
  const deadline = begun + DRAINED_S * 1_000;
  while (guesses.length < OPERATIONS / 2 && performance.now() < deadline) {
    const missing = WAITING - (await countPending(service)) - (sent - answered);
    const isSampled = performance.now() - begun > WARM_S * 1_000;
    for (let count = 0; count < missing; count += 1) {
      const index = sent;
      sent += 1;
      posts.send(textOf(service.requests[index % service.requests.length]), ({ status, text }) => {
        answered += 1;
        const id = /"id":"([0-9a-f-]{36})"/.exec(text)?.[1];
        if (!isSampled || index % SAMPLED_EVERY !== 0 || status !== 202 || id === undefined) return;
        setTimeout(() => guess(polls, id, guesses), Math.random() * 1_000);
      });
    }
    await delay(TICK_MS);
  }
  await posts.idle();
  await delay(1_500);
  await polls.idle();
  return finish(service, [posts, polls], guesses);
}

async function countPending(service: Service): Promise<number> {
  const { rows } = await service.ledger.database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM pending_operations',
  );
  return rows[0]?.count ?? 0;
}

/** Lines of a batch, asked throughout. */
async function guessLines(service: Service): Promise<number[]> {
  const port = service.ports[0] ?? 0;
  const polls = await openConnectionQueue(port, POLLERS);
  const guesses: Guess[] = [];
  const { pool } = service.ledger.database;
  await postBatch(service);
  // The worker measures its speed.
  await delay(LEARNS_S * 1_000);
  while (guesses.length < OPERATIONS / 2) {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM batch_parts
       CROSS JOIN LATERAL (
         SELECT id FROM operations WHERE id > after_id AND id <= last_id ORDER BY id LIMIT 1 OFFSET (random() * 6000)::int
       ) AS line
       WHERE open`,
    );
    if (rows.length === 0) break;
    for (const { id } of rows) guess(polls, id, guesses);
    await polls.idle();
    await delay(100);
  }
  return finish(service, [polls], guesses);
}

async function postBatch(service: Service): Promise<void> {
  const { walletIds } = service;
  const rows = Array.from({ length: LINES }, (_each, index) => `deposit,${walletIds[index % walletIds.length]},1.00`);
  const response = await fetch(`http://127.0.0.1:${service.ports[0]}/batches`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv', 'Idempotency-Key': 'estimates' },
    body: `type,wallet_id,amount\n${rows.join('\n')}\n`,
  });
  if (response.status !== 202)
    throw new Error(`a batch was answered with ${response.status}: ${await response.text()}`);
}

/** Reads the estimated end of an operation, if it has not ended. */
function guess(polls: ConnectionQueue, id: string, guesses: Guess[]): void {
  polls.send(`GET /operations/${id} HTTP/1.1\r\nHost: x\r\n\r\n`, ({ status, text }) => {
    if (status !== 200) return;
    const body = JSON.parse(text) as { status: string; ahead?: number; estimated_completion?: string | null };
    if (body.status !== 'pending') return;
    const expectedAt = body.estimated_completion == null ? null : Date.parse(body.estimated_completion);
    guesses.push({ id, askedAt: Date.now(), expectedAt, ahead: body.ahead ?? NaN });
  });
}

async function drained(service: Service): Promise<void> {
  const deadline = performance.now() + DRAINED_S * 1_000;
  for (;;) {
    const { rowCount } = await service.ledger.database.pool.query(
      '(SELECT FROM pending_operations LIMIT 1) UNION ALL (SELECT FROM batch_parts WHERE open LIMIT 1)',
    );
    if (rowCount === 0) return;
    if (performance.now() > deadline) throw new Error(`what was accepted was not applied in ${DRAINED_S} s`);
    await delay(TICK_MS);
  }
}

/** @returns the relative errors; Infinity where there was no estimate. */
async function finish(service: Service, queues: readonly ConnectionQueue[], guesses: Guess[]): Promise<number[]> {
  await drained(service);
  const { rows } = await service.ledger.database.pool.query<{ id: string; at: Date }>(
    'SELECT operation_id AS id, created_at AS at FROM movements WHERE operation_id = ANY ($1::uuid[]) AND leg = 0',
    [guesses.map(({ id }) => id)],
  );
  const endedAt = new Map(rows.map(({ id, at }) => [id, at.getTime()]));
  for (const queue of queues) queue.close();
  await service.stop();
  const waits = guesses.map(({ id, askedAt }) => (endedAt.get(id) ?? NaN) - askedAt);
  const shares = guesses.map(
    ({ expectedAt, askedAt }, index) => ((expectedAt ?? NaN) - askedAt) / (waits[index] ?? NaN),
  );
  say(`  estimates are ${percentile(shares, 0.5).toFixed(2)} of what it took, in the median`);
  say(
    `  waits after they were asked: median ${percentile(waits, 0.5)} ms, 90 % below ${percentile(waits, 0.9)} ms; ` +
      `median ahead ${percentile(
        guesses.map(({ ahead }) => ahead),
        0.5,
      )}`,
  );
  return guesses.flatMap(({ expectedAt }, index) => {
    const wait = waits[index] ?? NaN;
    // It ended while it was asked.
    if (!(wait > 0)) return [];
    if (expectedAt === null) return [Infinity];
    const guessed = expectedAt - (guesses[index]?.askedAt ?? NaN);
    return [Math.abs(guessed - wait) / wait];
  });
}

function tell(name: string, errors: readonly number[]): number {
  const median = percentile(errors, 0.5);
  const known = errors.filter((error) => error !== Infinity).length;
  const share = (part: number): string => `${(100 * part).toFixed(0)} %`;
  say(
    `${name}: ${errors.length} asked, ${known} with an estimate; error: median ${share(median)}, ` +
      `75 % below ${share(percentile(errors, 0.75))}, 90 % below ${share(percentile(errors, 0.9))}`,
  );
  return median;
}

function textOf(request: Buffer | undefined): string {
  return request?.toString('latin1') ?? '';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
