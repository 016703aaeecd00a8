import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { type HttpClient, createClient } from './batch-load.ts';
import { pidsOf, untilDrained } from './contender.ts';
import { describeRefused, runClosedLoop } from './load/closed-loop.ts';
import { listenForWebhooks } from './load/listen-for-webhooks.ts';
import { readArgument } from './read-argument.ts';
import { type Servers, startServers } from './servers.ts';
import { type Service, startService } from './service.ts';
import { percentile, spreadOf } from './statistics.ts';
import { type Stops, withStops } from './stops.ts';
import { type Cpu, readCpu, subtractCpu } from './usage.ts';

/**
 * `npm run bench:webhooks [-- operations]`: 50,000 single operations (or as many as given) from 64 connections without
 * anybody to tell, and as many with three endpoints: one that takes everything at once, one that answers 500 until all
 * operations are applied, and one that never answers until then. By turns, in five rounds, since a machine has its
 * moods. The endpoints are new in each round: one that was disabled meanwhile would get all that it has missed. Then
 * the faults heal, and every event of the last round has to arrive.
 */
const HELP = `[-- operations]

Measures so many single operations (50,000) without and with webhook endpoints: one that works, one that fails, one that hangs.
It starts its own servers.`;
const OPERATIONS = readArgument('npm run bench:webhooks', HELP, 50_000);
const CONNECTIONS = 64;
const ROUNDS = 5;
const HEALED_S = 600;

await withStops(async (stops) => {
  const servers = await startServers(stops);
  const service = await startService(servers);
  const client = createClient(service.ports[0] ?? 0);
  stops.add(() => client.close());
  await run(stops, { servers, service, client });
});

interface Run {
  readonly servers: Servers;
  readonly service: Service;
  readonly client: HttpClient;
}

async function run(stops: Stops, bench: Run): Promise<void> {
  const database = bench.service.ledger.database.pool;
  let isHealed = false;
  const fast = await startReceiver(stops, () => 204);
  const failing = await startReceiver(stops, () => (isHealed ? 204 : 500));
  const hanging = await startReceiver(stops, () => (isHealed ? 204 : null));
  const receivers = { fast, failing, hanging };
  await measure(bench);
  const without: Measured[] = [];
  const told: Measured[] = [];
  let before: ReadonlySet<string> = new Set();
  for (let round = 0; round < ROUNDS; round += 1) {
    await removeEndpoints(bench);
    without.push(await measure(bench));
    before = new Set(fast.bodies.keys());
    for (const { url } of Object.values(receivers)) await send(bench, 'POST', '/webhook-endpoints', { url });
    const tellsAll = (): boolean => fast.bodies.size >= ((round + 1) * OPERATIONS) / ROUNDS;
    told.push(await measure(bench, () => until('the fast one has every event', tellsAll)));
    const [one, other] = [without.at(-1)?.perS.toFixed(0), told.at(-1)?.perS.toFixed(0)];
    say(`nobody to tell: ${one}/s accepted and applied; three endpoints: ${other}/s`);
  }
  const { median, least, most } = spreadOf(told.map(({ perS }, round) => perS / (without[round]?.perS ?? NaN)));
  say(`  with them ${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}) of the rate without`);
  sayCost(without, told);
  const at = (share: number): string => `${percentile(fast.delays, share).toFixed(0)} ms`;
  say(`  the fast one: ${fast.requests} requests, delay p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);

  const last = [...fast.bodies.keys()].filter((id) => !before.has(id));
  for (const { bodies } of [failing, hanging]) bodies.clear();
  isHealed = true;
  const healed = performance.now();
  const groups = pidsOf(bench.service);
  const begun = readCpu(bench.servers, groups);
  // As an operator does who knows that they have recovered; otherwise each waits for the end of its pause and its
  // backoff.
  await database.query(`UPDATE webhook_endpoint_states SET paused_until = NULL`);
  await database.query(`UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'`);
  await until('the others have every event', () =>
    [failing, hanging].every(({ bodies }) => last.every((id) => bodies.has(id))),
  );
  say(`  the others had everything ${((performance.now() - healed) / 1000).toFixed(1)} s after they were well`);
  const used = Object.entries(subtractCpu(readCpu(bench.servers, groups), begun) ?? {});
  const costs = used.map(([name, time]) => `${name} ${(time / (2 * last.length)).toFixed(0)}`);
  say(`  µs of processor time for each of these events: ${costs.join(', ')}`);
  await compareBodies(database, receivers, last);
}

/** Whether all received these events, always with the stored bytes. */
async function compareBodies(
  database: Database,
  receivers: Readonly<Record<string, Receiver>>,
  ids: readonly string[],
): Promise<void> {
  const stored = await database.query<{ id: string; body: string }>('SELECT id, body FROM events WHERE id = ANY ($1)', [
    ids,
  ]);
  for (const [name, { bodies, requests, changed }] of Object.entries(receivers)) {
    const wrong = stored.rows.filter(({ id, body }) => bodies.get(id) !== body).length;
    say(
      `  ${name}: ${bodies.size} events in ${requests} requests, ${wrong} not as recorded, ${changed} in other bytes`,
    );
  }
}

/** So that no events are sent. */
async function removeEndpoints(bench: Run): Promise<void> {
  const { rows } = await bench.service.ledger.database.pool.query<{ id: string }>(
    'SELECT id FROM webhook_endpoints WHERE deleted_at IS NULL',
  );
  for (const { id } of rows) await send(bench, 'DELETE', `/webhook-endpoints/${id}`);
}

async function send({ client }: Run, method: 'POST' | 'DELETE', route: string, body?: object): Promise<void> {
  const { status } = await client.send(method, route, body && { body });
  if (status < 200 || status >= 300) throw new Error(`${route} answered ${status}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Measured {
  /** From the first request until the last operation is applied. */
  readonly perS: number;
  /** Microseconds of processor time per operation, until all healthy endpoints have every event. */
  readonly cpu: Cpu | null;
}

async function measure({ servers, service }: Run, untilTold?: () => Promise<void>): Promise<Measured> {
  const count = OPERATIONS / ROUNDS;
  const groups = pidsOf(service);
  const before = readCpu(servers, groups);
  const started = performance.now();
  const { ports, requests } = service;
  const load = { ports, requests, connections: CONNECTIONS, seconds: HEALED_S, most: count };
  const faults = describeRefused(await runClosedLoop(load));
  if (faults.length > 0) throw new Error(faults.join('; '));
  if ((await untilDrained(service.ledger, 0, HEALED_S)) === null) throw new Error('not everything was applied in time');
  const perS = count / ((performance.now() - started) / 1000);
  await untilTold?.();
  const used = subtractCpu(readCpu(servers, groups), before);
  return { perS, cpu: used && Object.fromEntries(Object.entries(used).map(([name, time]) => [name, time / count])) };
}

/** The median of the rounds. */
function sayCost(without: readonly Measured[], told: readonly Measured[]): void {
  const medianOf = (runs: readonly Measured[], name: string): number =>
    spreadOf(runs.map(({ cpu }) => cpu?.[name] ?? NaN)).median;
  const names = Object.keys(without[0]?.cpu ?? {});
  const all = names.map((name) => {
    const [alone, beside] = [medianOf(without, name), medianOf(told, name)];
    return { alone, beside, text: `${name} ${alone.toFixed(0)} and ${beside.toFixed(0)}` };
  });
  const sum = (of: (each: (typeof all)[number]) => number): string =>
    all.reduce((total, each) => total + of(each), 0).toFixed(0);
  if (names.length === 0) return;
  say(`  µs of processor time for an operation, without and with them: ${all.map(({ text }) => text).join(', ')}`);
  say(`  together ${sum(({ alone }) => alone)} and ${sum(({ beside }) => beside)}`);
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + HEALED_S * 1000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}

interface Receiver {
  readonly url: string;
  readonly bodies: Map<string, string>;
  /** From the event's time to its first arrival, in milliseconds. */
  readonly delays: readonly number[];
  readonly requests: number;
  /** How often an event arrived with different bytes. */
  readonly changed: number;
}

async function startReceiver(stops: Stops, answer: () => number | null): Promise<Receiver> {
  const bodies = new Map<string, string>();
  const delays: number[] = [];
  const receiver = { bodies, delays, requests: 0, changed: 0 };
  const url = await listenForWebhooks(stops, ({ id, body }) => {
    const known = bodies.get(id);
    receiver.requests += 1;
    if (known === undefined) delays.push(Date.now() - Date.parse(/"timestamp":"([^"]+)"/.exec(body)?.[1] ?? ''));
    else if (known !== body) receiver.changed += 1;
    bodies.set(id, body);
    return answer();
  });
  return Object.assign(receiver, { url });
}
