import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { PROJECT_ROOT } from '@wallet/local/project';
import { dieWithParent } from '@wallet/local/server-user';
import { ledgerOf, makeTables } from './baselines.ts';
import { type Contender, type ContendersLedger, DEPOSIT } from './contender.ts';
import { depositRequest } from './load/connection.ts';
import { type FreshDatabase, HTTP_FLAGS, type Servers, startBuilt } from './servers.ts';
import { WALLETS } from './service.ts';

/** Ready-made alternatives; each is described in its file in `bench/peers`. */
const PEERS = join(PROJECT_ROOT, 'bench/peers');
const BUILT = 'bench/peers/dist/peers/src';
const RESTATE = `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;

export const NOT_INSTALLED =
  'Restate, DBOS, graphile-worker and pg-boss: they are not installed; npm ci --prefix bench/peers does that';

/** Builds the peers. @returns false if their packages are not installed. */
export async function preparePeers(): Promise<boolean> {
  if (!existsSync(join(PEERS, RESTATE))) return false;
  const tsc = join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-b', PEERS]);
  return true;
}

/** A queue partitioned by wallet, of which each partition runs one workflow at a time. */
export function startDbos(servers: Servers, wallets = WALLETS): Promise<Contender> {
  return startOnPostgres(servers, { name: 'DBOS', script: 'dbos', wallets });
}

/** A named queue for each wallet. */
export function startGraphileWorker(servers: Servers, wallets = WALLETS): Promise<Contender> {
  return startOnPostgres(servers, { name: 'graphile-worker', script: 'graphile', wallets });
}

/** A queue with a strict order for each key. */
export function startPgBoss(servers: Servers, wallets = WALLETS): Promise<Contender> {
  return startOnPostgres(servers, { name: 'pg-boss', script: 'pg-boss', wallets });
}

/** One of their libraries uses a deprecated feature of pg. */
const QUIET = ['--disable-warning=DeprecationWarning'];

/** An API and a worker that share only Postgres, in which the worker creates the peer's schema when it starts. */
async function startOnPostgres(
  servers: Servers,
  peer: { readonly name: string; readonly script: string; readonly wallets: number },
): Promise<Contender> {
  const { database, walletIds } = await makeTables(servers, peer.wallets);
  const port = await findFreePort();
  const env = { DATABASE_URL: database.url };
  const script = `${BUILT}/${peer.script}`;
  const worker = await startBuilt(servers, `${script}-worker.js`, env, QUIET);
  const api = await startBuilt(servers, `${script}-api.js`, { ...env, PORT: String(port) }, [...HTTP_FLAGS, ...QUIET]);
  return {
    name: peer.name,
    ports: [port],
    requests: walletIds.map((id) => depositRequest(id)),
    processes: { api: [api], worker: [worker] },
    ledger: ledgerOf(database),
    isHeld: true,
    async stop() {
      await Promise.all([api.stopNow(), worker.stopNow()]);
      await database.close();
    },
  };
}

/** A virtual object for each wallet, with the balances in Restate's own state or in Postgres. */
export async function startRestate(
  servers: Servers,
  balances: 'restate' | 'postgres',
  wallets = WALLETS,
): Promise<Contender> {
  const { database, walletIds } = await makeTables(servers, wallets);
  const server = await startRestateServer(servers);
  const [port, workerPort] = await Promise.all([findFreePort(), findFreePort()]);
  const env = { DATABASE_URL: database.url, BALANCES: balances, PORT: String(workerPort), RESTATE_LOGGING: 'ERROR' };
  const worker = await startBuilt(servers, `${BUILT}/restate-worker.js`, env);
  await send(`${server.admin}/deployments`, { uri: `http://127.0.0.1:${workerPort}` });
  const settings = { RESTATE_INGRESS: server.ingress, PORT: String(port) };
  const api = await startBuilt(servers, `${BUILT}/restate-api.js`, settings, HTTP_FLAGS);
  return {
    name: `Restate, balances in ${balances === 'restate' ? 'its state' : 'Postgres'}`,
    ports: [port],
    requests: walletIds.map((id) => depositRequest(id)),
    processes: { api: [api], worker: [worker], restate: [server.child] },
    ledger: balances === 'restate' ? ledgerOfState(server.admin, database) : ledgerOf(database),
    isHeld: true,
    async stop() {
      await api.stopNow();
      await server.stopNow();
      await worker.stopNow();
      await database.close();
    },
  };
}

interface RestateServer {
  readonly child: Child;
  readonly ingress: string;
  readonly admin: string;
  readonly stopNow: () => Promise<void>;
}

const READY_MS = 60_000;
const STOP_MS = 10_000;
const LOOK_MS = 100;

/**
 * A single server as in its documentation, with each entry of its log on disk before it is answered, on its own ports
 * and data.
 */
async function startRestateServer(servers: Servers): Promise<RestateServer> {
  const [ingress, admin, fabric] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
  const address = (port: number): string => `127.0.0.1:${port}`;
  const child = startChild([...dieWithParent(servers.path, 'KILL'), join(PEERS, RESTATE), '--no-logo'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: servers.folder,
    env: {
      PATH: servers.path,
      RESTATE_BASE_DIR: mkdtempSync(join(servers.folder, 'restate-')),
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_ADDRESS: address(fabric),
      RESTATE_ADVERTISED_ADDRESS: `http://${address(fabric)}`,
      RESTATE_INGRESS__BIND_ADDRESS: address(ingress),
      RESTATE_ADMIN__BIND_ADDRESS: address(admin),
      // It looks for Kubernetes, and logs an error because there is none.
      RESTATE_LOG_FILTER: 'error,octocrab=off',
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  });
  const stopNow = servers.stops.add(() => child.stop('SIGTERM', STOP_MS));
  const server = { child, stopNow, ingress: `http://${address(ingress)}`, admin: `http://${address(admin)}` };
  const deadline = performance.now() + READY_MS;
  const isReady = async (base: string, path: string): Promise<boolean> =>
    (await fetch(base + path).catch(() => null))?.ok === true;
  while (!(await isReady(server.admin, '/health')) || !(await isReady(server.ingress, '/restate/health'))) {
    if (performance.now() > deadline || child.process.exitCode !== null)
      throw new Error('the server of Restate did not start');
    await delay(LOOK_MS);
  }
  return server;
}

async function send(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(READY_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Querying Restate for its state is slower than querying Postgres, so looks are spaced out. */
const STATE_LOOK_MS = 200;

/** Balances in Restate's state, read through its introspection. The database exists only because a ledger has one. */
function ledgerOfState(admin: string, database: FreshDatabase): ContendersLedger {
  async function sumOf(key: 'balance' | 'version'): Promise<number> {
    const query = `SELECT sum(CAST(trim(value_utf8, '"') AS BIGINT)) AS total FROM state WHERE service_name = 'wallet' AND key = '${key}'`;
    const { rows } = (await send(`${admin}/query`, { query })) as { rows: { total: number | null }[] };
    return rows[0]?.total ?? 0;
  }
  return {
    database,
    countApplied: () => sumOf('version'),
    async isDrained(expected) {
      if ((await sumOf('version')) >= expected) return true;
      await delay(STATE_LOOK_MS);
      return false;
    },
    async findFaults() {
      const [applied, credited] = [await sumOf('version'), await sumOf('balance')];
      return credited === applied * DEPOSIT ? [] : [`${applied} deposits made balances of ${credited}`];
    },
  };
}
