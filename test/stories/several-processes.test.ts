import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster, untilLogged } from '../support/cluster.ts';
import { randomFrom, runLoad } from '../support/load.ts';
import { greeting, start, stop, until } from '../support/npm-start.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** `API_PROCESSES` and `WORKER_PROCESSES`: several processes that act as one. */
const COUNT = 2;

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'wallet-several-'));
let target: Awaited<ReturnType<typeof createTestDatabase>>;
let cluster: Cluster;
let database: Database;
beforeAll(async () => {
  target = await createTestDatabase();
  cluster = clusterWith({});
  database = createPool({ url: target.databaseUrl, name: 'test', size: 1, onError: () => undefined });
});
afterEach(() => cluster.stop());
afterAll(async () => {
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

const clusterWith = (env: Record<string, string>) =>
  createCluster({ ...target, folder, env: { API_PROCESSES: String(COUNT), LOG_LEVEL: 'debug', ...env } });

interface Line {
  readonly msg: string;
  readonly pid: number;
  readonly port: number;
}

const linesOf = (process: ServiceProcess, msg: string): Line[] =>
  process
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.msg === msg);

const pidsOf = (process: ServiceProcess): number[] => linesOf(process, 'api ready').map(({ pid }) => pid);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function startApi(): Promise<ServiceProcess> {
  const api = await cluster.startApi();
  await untilLogged(api, 'processes ready');
  return api;
}

const untilReplaced = (api: ServiceProcess) =>
  until('a process was replaced', () => linesOf(api, 'api ready').length === COUNT + 1);

/** The sum of a metric, from a fresh connection to the service. */
async function read(url: string, metric: string): Promise<number> {
  const { text } = await request(url).get('/metrics').expect(200);
  const values = text.split('\n').filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`));
  expect(values).not.toEqual([]);
  return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

it('processes that share a port lose nothing when one of them is killed under load, and it is replaced', async () => {
  const [api] = await Promise.all([startApi(), cluster.startWorker()]);
  const wallets = await Promise.all([1, 2, 3].map(() => createFundedWallet(api.url)));
  const load = runLoad({
    ...{ urls: [api.url], wallets, requests: 1_500, connections: 64, random: randomFrom(17), name: 'killed' },
  });
  const answered = () => linesOf(api, 'request answered');
  await until('the load has begun', () => answered().length > 200);
  const [killed] = pidsOf(api);
  process.kill(killed!, 'SIGKILL');
  await untilReplaced(api);
  const requests = await load;

  const ids = new Set(requests.map(({ operationId }) => operationId));
  const { rowCount } = await database.query('SELECT FROM operations WHERE id = ANY($1)', [[...ids]]);
  expect(rowCount).toBe(ids.size);
  expect(ids.size).toBe(1_500);
  await untilDrained(database, 30_000);

  const ready = linesOf(api, 'api ready');
  expect(new Set(ready.map(({ pid }) => pid)).size).toBe(COUNT + 1);
  expect(new Set(ready.map(({ port }) => port)).size).toBe(1);
  expect(await read(api.url, 'wallet_processes')).toBe(COUNT);
  expect(await read(api.url, 'wallet_process_restarts_total')).toBe(1);
});

it('kept-alive connections are spread over the processes, on PORT=0 too', async () => {
  const api = await cluster.startApi(0);
  await untilLogged(api, 'processes ready');
  const ports = new Set(linesOf(api, 'api ready').map(({ port }) => port));
  expect(ports.size).toBe(1);
  const agents = Array.from({ length: 4 * COUNT }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const ask = (agent: Agent) =>
    new Promise<void>((resolve, reject) => {
      get(`http://127.0.0.1:${[...ports][0]}/assets`, { agent }, (answer) => answer.resume().once('end', resolve)).once(
        'error',
        reject,
      );
    });
  // One at a time: of simultaneous connections, a busy process gets fewer.
  for (const agent of agents) await ask(agent);
  await Promise.all(agents.map(ask));
  for (const agent of agents) agent.destroy();
  await until('everything is logged', () => linesOf(api, 'request answered').length === 2 * agents.length);
  const shares = pidsOf(api).map((pid) => linesOf(api, 'request answered').filter((line) => line.pid === pid).length);
  expect(shares).toHaveLength(COUNT);
  for (const share of shares) expect(share).toBeGreaterThanOrEqual(agents.length / 2);
});

it('metrics cover all processes, whichever is asked, including one that was killed', async () => {
  const api = await startApi();
  const wallet = await createFundedWallet(api.url);
  const deposit = () =>
    request(api.url)
      .post(`/wallets/${wallet}/operation`)
      .send({ operation_type: 'DEPOSIT', amount: '1.00' })
      .expect(202);
  for (let count = 0; count < 9; count += 1) await deposit();
  const accepted = 'wallet_operations_accepted_total';
  for (let count = 0; count < 2 * COUNT; count += 1) expect(await read(api.url, accepted)).toBe(9);
  expect(await read(api.url, 'wallet_accept_duration_seconds_count')).toBe(9);
  expect(await read(api.url, 'wallet_processes')).toBe(COUNT);
  const { text } = await request(api.url).get('/metrics');
  // The backlog is in the database, once; it is not the sum of what three processes see.
  const pending = /^wallet_pending_operations\{partition="\d+",priority="high"\} ([1-9]\d*)$/gm;
  await until('what waits was looked at', async () => {
    const found = (await request(api.url).get('/metrics')).text.matchAll(pending);
    return [...found].reduce((sum, [, value]) => sum + Number(value), 0) === 9;
  });
  expect(text.match(/^wallet_event_loop_delay_seconds /gm)).toHaveLength(1);

  for (const pid of pidsOf(api)) process.kill(pid, 'SIGKILL');
  await until('all were replaced', () => linesOf(api, 'api ready').length === 2 * COUNT);
  await deposit();
  expect(await read(api.url, accepted)).toBe(10);
});

it('a frozen process delays neither the metrics nor the others', async () => {
  const api = await startApi();
  const [still] = pidsOf(api);
  process.kill(still!, 'SIGSTOP');
  // One connection may be given to it, and none after that.
  const first = request(api.url).get('/livez').timeout(1_000);
  await Promise.allSettled([first, request(api.url).get('/livez').timeout(1_000)]);
  await request(api.url).get('/livez').timeout(5_000).expect(200);
  expect(await read(api.url, 'wallet_http_request_duration_seconds_count')).toBeGreaterThan(0);
  process.kill(still!, 'SIGCONT');
  expect(await api.stop()).toBe(0);
});

describe('a signal', () => {
  it('stops all of them gracefully, and leaves none', async () => {
    const api = await startApi();
    expect(await api.stop()).toBe(0);
    expect(pidsOf(api).filter(isAlive)).toEqual([]);
    expect(linesOf(api, 'process stopped')).toHaveLength(COUNT + 1);
  });

  it('that reaches every process, as Ctrl-C does, counts as one signal', async () => {
    const api = await startApi();
    process.kill(-api.pid, 'SIGINT');
    expect(await api.child.ended).toBe(0);
    expect(linesOf(api, 'process stopped')).toHaveLength(COUNT + 1);
  });

  it('that is repeated ends all of them at once', async () => {
    const api = await startApi();
    const clients = await Promise.all(Array.from({ length: COUNT }, () => sendHalfARequest(api.url)));
    api.child.process.kill('SIGTERM');
    await untilLogged(api, 'process stopping');
    api.child.process.kill('SIGTERM');
    expect(await api.child.ended).toBe(1);
    await until('none is left', () => pidsOf(api).filter(isAlive).length === 0);
    for (const client of clients) client.destroy();
  });

  it('that kills the supervisor ends all of them', async () => {
    const api = await startApi();
    await api.kill();
    await until('none is left', () => pidsOf(api).filter(isAlive).length === 0);
  });

  it('to one of them stops that one, and it is replaced', async () => {
    const api = await startApi();
    process.kill(pidsOf(api)[0]!, 'SIGTERM');
    await untilReplaced(api);
    expect(linesOf(api, 'process stopped')).toHaveLength(1);
    expect(await api.stop()).toBe(0);
  });
});

it('API_MAX_CONNECTIONS applies to each of them, and further connections are closed', async () => {
  cluster = clusterWith({ API_MAX_CONNECTIONS: '2' });
  const api = await startApi();
  let closed = 0;
  const sockets = Array.from({ length: 2 * COUNT + 4 }, () => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    return socket.on('error', () => undefined).once('close', () => (closed += 1));
  });
  try {
    // Or more, where they are not shared out evenly: one that is busy is given fewer.
    await until('those beyond are closed', () => closed >= 4);
    expect(closed).toBeLessThanOrEqual(sockets.length - 2);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  await cluster.stop();
  cluster = clusterWith({});
});

it('a failure that affects all of them is reported once, with the exit status of one', async () => {
  const refused = await clusterWith({ HOST: '0.0.0.0', LOG_LEVEL: 'info' })
    .startApi()
    .then(() => '', String);
  expect(refused).toContain('the process ended with 2');
  expect(refused.match(/There are no API keys/g)).toHaveLength(1);
});

it('npm start runs as many as configured', async () => {
  const [port, healthPort] = [await findFreePort(), await findFreePort()];
  const started = start({
    ...{ PORT: String(port), WORKER_HEALTH_PORT: String(healthPort), DATA_DIR: join(folder, 'data') },
    ...{ API_PROCESSES: '2', WORKER_PROCESSES: '2', LOG_PRETTY: 'false' },
  });
  await greeting(started);
  const readPids = () =>
    [...started.output().matchAll(/"pid":(\d+).*"(?:api|worker) ready"/g)].map(([, pid]) => Number(pid));
  await until('all have told', () => readPids().length === 4);
  const pids = readPids();
  const wallet = 'a11ce000-0000-4000-8002-000000000004';
  const answer = await request(`http://127.0.0.1:${port}`)
    .post(`/wallets/${wallet}/operation`)
    .set('Prefer', 'wait=10')
    .send({ operation_type: 'DEPOSIT', amount: '25.00' });
  expect(answer.body).toMatchObject({ status: 'succeeded' });
  expect(await read(`http://127.0.0.1:${port}`, 'wallet_processes')).toBe(2);
  expect(await read(`http://127.0.0.1:${healthPort}`, 'wallet_processes')).toBe(2);
  expect(await read(`http://127.0.0.1:${healthPort}`, 'wallet_operations_applied_total')).toBeGreaterThan(0);
  expect(await stop(started)).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

/** A client that has sent the beginning of a request, and nothing more. */
async function sendHalfARequest(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /wallets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{');
  await new Promise((resolve) => socket.once('connect', resolve));
  await request(url).get('/livez').expect(200);
  return socket;
}
