import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, startChild } from '@wallet/local/child';
import { type EmbeddedRedis, startRedis } from '@wallet/local/embedded-redis';
import { findProgram } from '@wallet/local/find-program';
import { redisAnswers } from '@wallet/shared/queue/connection';
import { createAnnouncer, hearAnnouncements } from '@wallet/shared/queue/announcements';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { until } from '../support/keys.ts';
import { sendToRedis } from '../support/redis-command.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

/**
 * Redis is not needed for correctness (P6), and one that answers PING but refuses what the queue needs is no worse than
 * one that is down: operations are applied, health names the problem, and the processes neither spin nor flood their
 * logs, and stop when they are asked to.
 */
jest.setTimeout(120_000);

const WATCHED_MS = 3_000;
/**
 * A worker that retried at once used 0.27 to 1.02 of a processor; one that pauses uses 0.04, most of it for the
 * operations.
 */
const CPU_SHARE = 0.2;
/** Each operation has its lines, of its request and its drain, and there are up to five a second. */
const LINES_PER_SECOND = 20;
const TICKS_PER_SECOND = 100;

const USER = 'limited';
const URL_OF_USER = (port: number): string => `redis://${USER}:secret@127.0.0.1:${port}`;
const URL_OF_DEFAULT = (port: number): string => `redis://127.0.0.1:${port}`;

interface Refusal {
  readonly name: string;
  readonly url: (port: number) => string;
  /** Makes it refuse, before the processes start or while they run. */
  readonly commands: readonly string[];
  readonly from: 'the start' | 'a moment on';
  /** Whether an API can still ring. Whether a worker hears it, only that worker knows. */
  readonly takesRings: boolean;
  /** What health reports beside `queue_down`. */
  readonly reason?: string;
  /** Makes it work again; nothing does if this is empty. */
  readonly heal: readonly string[];
  /** Makes the machine's own server another kind of server, which the packaged one cannot be. */
  readonly as?: 'node of a Cluster' | 'Sentinel';
}

const HEAL_USER = [`ACL SETUSER ${USER} on >secret ~* &* +@all`];
const REFUSALS: readonly Refusal[] = [
  {
    name: 'INFO',
    url: URL_OF_USER,
    commands: [`ACL SETUSER ${USER} on >secret ~* &* +@all -info`],
    from: 'the start',
    takesRings: true,
    heal: HEAL_USER,
  },
  {
    name: 'every key',
    url: URL_OF_USER,
    commands: [`ACL SETUSER ${USER} on >secret resetkeys &* +@all`],
    from: 'a moment on',
    takesRings: false,
    reason: 'queue_forbidden',
    heal: HEAL_USER,
  },
  {
    name: 'scripts',
    url: URL_OF_USER,
    commands: [`ACL SETUSER ${USER} on >secret ~* &* +@all -@scripting`],
    from: 'a moment on',
    takesRings: false,
    reason: 'queue_forbidden',
    heal: HEAL_USER,
  },
  {
    name: 'waiting for jobs and channels',
    url: URL_OF_USER,
    commands: [`ACL SETUSER ${USER} on >secret ~* resetchannels +@all -bzpopmin`],
    from: 'the start',
    takesRings: true,
    heal: HEAL_USER,
  },
  {
    name: 'channels',
    url: URL_OF_USER,
    commands: [`ACL SETUSER ${USER} on >secret ~* resetchannels +@all`],
    from: 'a moment on',
    takesRings: true,
    heal: HEAL_USER,
  },
  {
    name: 'writes, as a replica whose primary is away',
    url: URL_OF_DEFAULT,
    commands: ['REPLICAOF 127.0.0.1 1'],
    from: 'a moment on',
    takesRings: false,
    reason: 'queue_read_only',
    heal: ['REPLICAOF NO ONE'],
  },
  {
    name: 'writes, as its memory is full',
    url: URL_OF_DEFAULT,
    commands: ['CONFIG SET maxmemory 1'],
    from: 'a moment on',
    takesRings: false,
    reason: 'queue_full',
    heal: ['CONFIG SET maxmemory 0'],
  },
];
const OTHER_KINDS: readonly Refusal[] = [
  {
    name: 'every key, as a node of a Cluster that owns no slot',
    ...{ url: URL_OF_DEFAULT, commands: [], from: 'the start', takesRings: false },
    reason: 'queue_slotless',
    heal: ['CLUSTER ADDSLOTSRANGE 0 16383'],
    as: 'node of a Cluster',
  },
  {
    name: 'everything but PING, as a Sentinel',
    ...{ url: URL_OF_DEFAULT, commands: [], from: 'the start', takesRings: false, heal: [] },
    reason: 'queue_forbidden',
    as: 'Sentinel',
  },
];
/** Only the machine's own server can be of another kind. */
const NATIVE =
  process.env['REDIS_SERVER'] === 'packaged' ? null : findProgram(process.env['PATH'] ?? '', 'redis-server');

const folder = mkdtempSync(join(tmpdir(), 'wallet-refusals-'));
let redis: Pick<EmbeddedRedis, 'stop'>;
let port: number;
let cluster: Cluster | undefined;

beforeEach(async () => {
  port = await findFreePort();
});
afterEach(async () => {
  await cluster?.stop();
  await redis.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(as: Refusal['as']): Promise<void> {
  if (as === undefined) {
    redis = await startRedis({ dataDir: folder, path: process.env['PATH'] ?? '', port });
    return;
  }
  const file = join(mkdtempSync(join(folder, 'redis-')), 'redis.conf');
  const settings = ['', `port ${port}`, 'bind 127.0.0.1', ''];
  writeFileSync(file, `${settings.join('\n')}${as === 'Sentinel' ? '' : 'save ""\ncluster-enabled yes\n'}`);
  const mode = as === 'Sentinel' ? ['--sentinel'] : [];
  const child = startChild([NATIVE!, file, ...mode], { stdio: 'ignore', cwd: dirname(file) });
  redis = {
    stop: async () => {
      await child.stop('SIGTERM', 5_000);
    },
  };
  await until('the server answers', () => redisAnswers(URL_OF_DEFAULT(port)));
}

async function command(text: string): Promise<void> {
  expect(await sendToRedis(port, text)).toBe('+OK');
}

/** Seconds of processor time that a process has used. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function linesOf(process: ServiceProcess): number {
  return process.log().split('\n').length - 1;
}

async function deposit(api: ServiceProcess, wallet: string): Promise<void> {
  const answer = await request(api.url)
    .post(`/wallets/${wallet}/operation`)
    .set('Prefer', 'wait=30')
    .send({ operation_type: 'DEPOSIT', amount: 1 });
  expect(answer.body).toMatchObject({ status: 'succeeded' });
}

async function untilHealth(api: ServiceProcess, status: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { body } = await request(api.url).get('/health').expect(200);
    if (body.status === status) return;
    if (Date.now() > deadline) throw new Error(`not ${status} in time: ${JSON.stringify(body)}`);
    await delay(50);
  }
}

async function check({ url, commands, from, takesRings, reason, heal, as }: Refusal): Promise<void> {
  await start(as);
  for (const each of from === 'the start' ? commands : heal) await command(each);
  const { databaseUrl, queuePrefix } = await createTestDatabase();
  const healthPort = await findFreePort();
  cluster = createCluster({
    ...{ databaseUrl, redisUrl: url(port), queuePrefix, folder },
    env: { WORKER_HEALTH_PORT: String(healthPort) },
  });
  const api = await cluster.startApi();
  const worker = await cluster.startWorker();
  const wallet = await createFundedWallet(api.url);

  await deposit(api, wallet);
  if (from === 'a moment on') for (const each of commands) await command(each);
  await deposit(api, wallet);
  const processes = [api, worker];
  const before = processes.map((each) => ({ seconds: processorSeconds(each.pid), lines: linesOf(each) }));
  const begun = performance.now();
  while (performance.now() - begun < WATCHED_MS) {
    await deposit(api, wallet);
    await delay(200);
  }
  const watched = (performance.now() - begun) / 1_000;
  processes.forEach((each, index) => {
    expect((processorSeconds(each.pid) - before[index]!.seconds) / watched).toBeLessThan(CPU_SHARE);
    expect((linesOf(each) - before[index]!.lines) / watched).toBeLessThan(LINES_PER_SECOND);
  });
  await request(`http://127.0.0.1:${healthPort}`).get('/health').expect(200);
  await untilHealth(api, takesRings ? 'ok' : 'degraded');
  const { body } = await request(api.url).get('/health').expect(200);
  expect(body.reasons).toEqual(takesRings ? [] : ['queue_down', reason]);

  for (const each of heal) await command(each);
  if (heal.length > 0) await untilHealth(api, 'ok');
  await deposit(api, wallet);
  expect(await Promise.all(processes.map((each) => each.stop()))).toEqual([0, 0]);
}

it.each(REFUSALS)('a Redis that refuses $name, from $from', check);
(NATIVE === null ? it.skip : it).each(OTHER_KINDS)('a Redis that refuses $name', check);

it('announcements arrive again when Redis allows their channel again', async () => {
  await start(undefined);
  await command(`ACL SETUSER ${USER} on >secret ~* resetchannels +@all`);
  const heard: number[][] = [];
  const errors: string[] = [];
  const link = { url: URL_OF_USER(port), prefix: 'refusals', onError: (error: Error) => errors.push(error.message) };
  const stop = hearAnnouncements({ ...link, hear: (partitions) => heard.push(partitions) });
  const announcer = createAnnouncer({ ...link, url: URL_OF_DEFAULT(port) });
  const untilHeard = async (): Promise<void> => {
    const before = heard.length;
    await until('the announcement', async () => {
      await announcer.announce([3, 5]).catch(() => undefined);
      return heard.length > before;
    });
  };
  try {
    await until('the refusal', () => errors.some((message) => message.includes('NOPERM')));
    for (const each of HEAL_USER) await command(each);
    await untilHeard();
    // Redis cuts the connection of a subscriber that loses the right to its channel.
    errors.length = 0;
    await command(`ACL SETUSER ${USER} resetchannels`);
    await until('the refusal', () => errors.some((message) => message.includes('NOPERM')));
    for (const each of HEAL_USER) await command(each);
    await untilHeard();
    expect(heard.at(-1)).toEqual([3, 5]);
  } finally {
    stop();
    announcer.close();
  }
});
