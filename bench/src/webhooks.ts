import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type Server, type ServerResponse, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate';
import { createPool } from '@wallet/shared/database/pool';

/**
 * `npm run bench:webhooks [-- operations]`: 50,000 single operations (or as many as given) from 64 connections without
 * anybody to tell, and as many with three endpoints: one that takes everything at once, one that answers 500 until all
 * operations are applied, and one that never answers until then. By turns, in five rounds, since a machine has its moods.
 * Then the faults heal, and every event has to arrive.
 */
const OPERATIONS = Number(process.argv[2] ?? 50_000);
const CONNECTIONS = 64;
const WALLETS = 1_000;
const ROUNDS = 5;
const HEALED_MS = 600_000;

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
const url = `http://127.0.0.1:${port}`;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const key = randomBytes(32).toString('base64');
const processes = await Promise.all([startProcess('api'), startProcess('worker')]);
const servers: Server[] = [];
try {
  await run();
} finally {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(processes.map((child) => child.stop('SIGTERM', 10_000)));
  agent.destroy();
  await database.end();
  await redis.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const { rows } = await database.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO wallets (id, asset_id) SELECT gen_random_uuid(), 4 FROM generate_series(1, $1) RETURNING id, asset_id
     ), opened AS (INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made)
     SELECT id FROM made`,
    [WALLETS],
  );
  const wallets = rows.map(({ id }) => id);
  let isHealed = false;
  const fast = await startReceiver((response) => response.writeHead(204).end());
  const failing = await startReceiver((response) => response.writeHead(isHealed ? 204 : 500).end());
  const hanging = await startReceiver((response) => {
    if (isHealed) response.writeHead(204).end();
  });
  const receivers = { fast, failing, hanging };
  for (const receiver of Object.values(receivers)) await send('POST', '/webhook-endpoints', { url: receiver.url });
  await setEndpoints('disabled');
  await measure(wallets, OPERATIONS / ROUNDS);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const without = await measure(wallets, OPERATIONS / ROUNDS);
    await setEndpoints('enabled');
    const told = await measure(wallets, OPERATIONS / ROUNDS);
    await until('the fast one is told of everything', () => fast.bodies.size >= ((round + 1) * OPERATIONS) / ROUNDS);
    await setEndpoints('disabled');
    ratios.push(told / without);
    say(`nobody to tell: ${without.toFixed(0)}/s accepted and applied; three endpoints: ${told.toFixed(0)}/s`);
  }
  ratios.sort((a, b) => a - b);
  const [least, middle, most] = [0, (ROUNDS - 1) / 2, ROUNDS - 1].map((index) => ratios[index]?.toFixed(2));
  say(`  with them ${middle} (${least} to ${most}) of the rate without`);
  await setEndpoints('enabled');
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
async function setEndpoints(status: 'enabled' | 'disabled'): Promise<void> {
  const { rows } = await database.query<{ id: string }>('SELECT id FROM webhook_endpoints');
  for (const { id } of rows) await send('PATCH', `/webhook-endpoints/${id}`, { status });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function startProcess(name: 'api' | 'worker'): Promise<Child> {
  const child = startChild([process.execPath, join(PROJECT_ROOT, name, 'dist/main.js')], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...{ PATH: path, PORT: String(port), DATABASE_URL: postgres.url, REDIS_URL: redis.url, NODE_ENV: 'production' },
      ...{ WEBHOOK_KEY: key, WEBHOOK_ALLOW_PRIVATE: 'true' },
    },
  });
  await child.said('ready');
  return child;
}

/** Operations per second, from the first request until the last of them is applied. Closed loop. */
async function measure(wallets: readonly string[], count: number): Promise<number> {
  const started = performance.now();
  let sent = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (sent < count) {
        const wallet = wallets[sent % wallets.length];
        sent += 1;
        await send('POST', `/wallets/${wallet}/operation`, { operation_type: 'DEPOSIT', amount: 1 });
      }
    }),
  );
  await until('everything is applied', async () => {
    const { rowCount } = await database.query('SELECT FROM pending_operations LIMIT 1');
    return rowCount === 0;
  });
  return count / ((performance.now() - started) / 1000);
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + HEALED_MS;
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

async function startReceiver(answer: (response: ServerResponse) => void): Promise<BenchReceiver> {
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
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const receiver: BenchReceiver = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    ...{ bodies, delays, requests: 0, changed: 0 },
  };
  return receiver;
}

function send(method: string, route: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = request(`${url}${route}`, { method, agent, headers }, (incoming) => {
      incoming.resume();
      incoming.once('error', reject);
      incoming.once('end', () => {
        if (incoming.statusCode === 200 || incoming.statusCode === 201 || incoming.statusCode === 202) resolve();
        else reject(new Error(`${route} answered ${incoming.statusCode}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}
