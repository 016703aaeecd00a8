import { Agent, type ServerResponse, createServer, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { untilDrained } from './contender.ts';
import { startServers } from './servers.ts';
import { type Service, startService } from './service.ts';
import { type Stops, withStops } from './stops.ts';

/**
 * `npm run bench:webhooks [-- operations]`: 50,000 single operations (or as many as given) from 64 connections without
 * anybody to tell, and as many with three endpoints: one that takes everything at once, one that answers 500 until all
 * operations are applied, and one that never answers until then. By turns, in five rounds, since a machine has its moods.
 * Then the faults heal, and every event has to arrive.
 */
const OPERATIONS = Number(process.argv[2] ?? 50_000);
const CONNECTIONS = 64;
const ROUNDS = 5;
const HEALED_S = 600;

/** Sends a request, and throws if it is not taken. */
type Send = (method: string, route: string, body: object) => Promise<void>;

await withStops(async (stops) => {
  const servers = await startServers(stops);
  const service = await startService(servers);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  stops.add(() => agent.destroy());
  await run(stops, service, createSend(`http://127.0.0.1:${service.ports[0]}`, agent));
});

async function run(stops: Stops, service: Service, send: Send): Promise<void> {
  const database = service.ledger.database.pool;
  let isHealed = false;
  const fast = await startReceiver(stops, (response) => response.writeHead(204).end());
  const failing = await startReceiver(stops, (response) => response.writeHead(isHealed ? 204 : 500).end());
  const hanging = await startReceiver(stops, (response) => {
    if (isHealed) response.writeHead(204).end();
  });
  const receivers = { fast, failing, hanging };
  for (const receiver of Object.values(receivers)) await send('POST', '/webhook-endpoints', { url: receiver.url });
  await setEndpoints(database, send, 'disabled');
  await measure(service, send, OPERATIONS / ROUNDS);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const without = await measure(service, send, OPERATIONS / ROUNDS);
    await setEndpoints(database, send, 'enabled');
    const told = await measure(service, send, OPERATIONS / ROUNDS);
    await until('the fast one is told of everything', () => fast.bodies.size >= ((round + 1) * OPERATIONS) / ROUNDS);
    await setEndpoints(database, send, 'disabled');
    ratios.push(told / without);
    say(`nobody to tell: ${without.toFixed(0)}/s accepted and applied; three endpoints: ${told.toFixed(0)}/s`);
  }
  ratios.sort((a, b) => a - b);
  const [least, middle, most] = [0, (ROUNDS - 1) / 2, ROUNDS - 1].map((index) => ratios[index]?.toFixed(2));
  say(`  with them ${middle} (${least} to ${most}) of the rate without`);
  await setEndpoints(database, send, 'enabled');
  const delays = fast.delays.toSorted((a, b) => a - b);
  const at = (share: number): string => `${delays[Math.floor((delays.length - 1) * share)]?.toFixed(0)} ms`;
  say(`  the fast one: ${fast.requests} requests, delay p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);

  isHealed = true;
  const healed = performance.now();
  // As an operator does who knows that they are well again; otherwise each waits for the end of its pause and its backoff.
  await database.query(`UPDATE webhook_endpoint_states SET paused_until = NULL`);
  await database.query(`UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'`);
  await until('the others are told of everything', () =>
    [failing, hanging].every((each) => each.bodies.size >= OPERATIONS),
  );
  say(`  the others had everything ${((performance.now() - healed) / 1000).toFixed(1)} s after they were well`);
  const stored = await database.query<{ id: string; body: string }>('SELECT id, body FROM events');
  for (const [name, { bodies, requests, changed }] of Object.entries(receivers)) {
    const wrong = stored.rows.filter(({ id, body }) => bodies.get(id) !== body).length;
    say(
      `  ${name}: ${bodies.size} events in ${requests} requests, ${wrong} not as recorded, ${changed} in other bytes`,
    );
  }
}

/** So that there is somebody to tell, or nobody. */
async function setEndpoints(database: Database, send: Send, status: 'enabled' | 'disabled'): Promise<void> {
  const { rows } = await database.query<{ id: string }>('SELECT id FROM webhook_endpoints');
  for (const { id } of rows) await send('PATCH', `/webhook-endpoints/${id}`, { status });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Operations per second, from the first request until the last of them is applied. Closed loop. */
async function measure(service: Service, send: Send, count: number): Promise<number> {
  const { walletIds } = service;
  const started = performance.now();
  let sent = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (sent < count) {
        const wallet = walletIds[sent % walletIds.length];
        sent += 1;
        await send('POST', `/wallets/${wallet}/operation`, { operation_type: 'DEPOSIT', amount: 1 });
      }
    }),
  );
  if ((await untilDrained(service.ledger, 0, HEALED_S)) === null) throw new Error('not everything was applied in time');
  return count / ((performance.now() - started) / 1000);
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + HEALED_S * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}

interface BenchReceiver {
  readonly url: string;
  readonly bodies: ReadonlyMap<string, string>;
  /** From the event's time to its first arrival, in milliseconds. */
  readonly delays: readonly number[];
  requests: number;
  /** How often an event came in other bytes than before. */
  changed: number;
}

async function startReceiver(stops: Stops, answer: (response: ServerResponse) => void): Promise<BenchReceiver> {
  const bodies = new Map<string, string>();
  const delays: number[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      const body = Buffer.concat(chunks).toString();
      const id = String(incoming.headers['webhook-id']);
      const known = bodies.get(id);
      receiver.requests += 1;
      if (known === undefined) delays.push(Date.now() - Date.parse(/"timestamp":"([^"]+)"/.exec(body)?.[1] ?? ''));
      else if (known !== body) receiver.changed += 1;
      bodies.set(id, body);
      answer(response);
    });
  });
  stops.add(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const receiver: BenchReceiver = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    ...{ bodies, delays, requests: 0, changed: 0 },
  };
  return receiver;
}

function createSend(url: string, agent: Agent): Send {
  const headers = { 'content-type': 'application/json' };
  return (method, route, body) =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${url}${route}`, { method, agent, headers }, (incoming) => {
        incoming.resume();
        incoming.once('error', reject);
        incoming.once('end', () => {
          const { statusCode = 0 } = incoming;
          if (statusCode >= 200 && statusCode < 300) resolve();
          else reject(new Error(`${route} answered ${statusCode}`));
        });
      });
      outgoing.once('error', reject);
      outgoing.end(JSON.stringify(body));
    });
}
