import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { type EmbeddedRedis, readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import { ConfigError } from '@wallet/shared/words/config-error';
import { sendToRedis } from '../support/redis-command.ts';
import {
  MASTER,
  NATIVE_REDIS,
  type RedisServer,
  ownerOf,
  startRedisCluster,
  startSentinelSet,
  valueOf,
} from '../support/redis-servers.ts';
import { signal } from './postgres-host.ts';
import type { Setup } from './setup.ts';

/** A server of Redis, or a Sentinel. */
export interface RedisNode {
  readonly port: number;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it where it was, without its data. */
  start(): Promise<void>;
}

/** All of Redis in a campaign. */
export interface RedisSide {
  readonly nodes: readonly RedisNode[];
  /** Those that hold no data, but watch the others. */
  readonly sentinels: readonly RedisNode[];
  /** The settings of a process that reaches each of them through a port of its own. */
  settings(through: (port: number) => number): Record<string, string>;
  /** The server that has the queue, as the others see it. One that does not answer may be left out. */
  owner(except?: RedisNode): Promise<RedisNode>;
  /** Has another one take the queue over while its owner lives. */
  demote(): Promise<void>;
  /** Resolves when each is in its place, and another one could take the queue over. */
  untilWhole(): Promise<void>;
  stop(): Promise<void>;
}

/** A key in the slot of the queue. */
const KEY = '{wallet-ops}';
const COMMAND_MS = 5_000;
const PATIENCE_MS = 40_000;

/** @throws ConfigError where this machine has no Redis that can be a Sentinel or a node of a Cluster. */
export function requireNativeRedis(): void {
  if (NATIVE_REDIS === null)
    throw new ConfigError('A campaign with Sentinels or a Cluster takes a redis-server on the PATH: install one.');
}

export function startRedisSide(folder: string, { redis }: Setup): Promise<RedisSide> {
  if (redis === 'single') return startSingle(folder);
  return redis === 'sentinel' ? startSentinels(folder) : startCluster(folder);
}

async function startSingle(folder: string): Promise<RedisSide> {
  const port = await findFreePort();
  const options = { dataDir: folder, path: process.env['PATH'] ?? '', port, server: readRedisServer(process.env) };
  let redis: EmbeddedRedis = await startRedis(options);
  const node: RedisNode = {
    port,
    signal: (name) => signal(redis.process.process.pid ?? 0, name),
    async kill() {
      await redis.process.stop('SIGKILL', 0);
    },
    async start() {
      redis = await startRedis(options);
    },
  };
  return {
    ...{ nodes: [node], sentinels: [] },
    settings: (through) => ({ REDIS_URL: `redis://127.0.0.1:${through(port)}` }),
    owner: () => Promise.resolve(node),
    demote: () => Promise.reject(new Error('a single Redis has no other')),
    untilWhole: () => Promise.resolve(),
    async stop() {
      node.signal('SIGCONT');
      await redis.stop();
    },
  };
}

async function startSentinels(folder: string): Promise<RedisSide> {
  const set = await startSentinelSet(folder);
  const known = new Map(set.all.map((server) => [server, nodeOf(server)]));
  const data = set.all.filter((server) => !set.sentinels.includes(server));
  const owner = async (): Promise<RedisServer> => {
    const lines = await firstAnswer(set.sentinels, `SENTINEL GET-MASTER-ADDR-BY-NAME ${MASTER}`);
    const found = data.find(({ port }) => lines.includes(String(port)));
    if (found === undefined) throw new Error('the Sentinels know of no master');
    return found;
  };
  const nodes = [...known.values()];
  return {
    nodes,
    sentinels: set.sentinels.map((server) => known.get(server)!),
    settings: (through) => ({
      REDIS_URL: throughEach(set.url, through),
      REDIS_NAT_MAP: nodes.map(({ port }) => `127.0.0.1:${port}=127.0.0.1:${through(port)}`).join(','),
    }),
    owner: async () => known.get(await owner())!,
    demote: () =>
      until('a failover is begun', async () => isOk(await firstAnswer(set.sentinels, `SENTINEL FAILOVER ${MASTER}`))),
    untilWhole: () =>
      until('two replicas follow the master', async () => {
        const [info, each] = await Promise.all([
          owner().then((master) => master.ask('INFO replication')),
          Promise.all(set.sentinels.map((sentinel) => sentinel.ask(`SENTINEL MASTER ${MASTER}`))),
        ]);
        const isCalm = each.every((lines) => valueOf(lines, 'flags') === 'master');
        return isCalm && info.filter((line) => line.includes('state=online')).length === 2;
      }),
    stop: () => set.stop(),
  };
}

async function startCluster(folder: string): Promise<RedisSide> {
  const cluster = await startRedisCluster(folder, KEY);
  const known = new Map(cluster.all.map((server) => [server, nodeOf(server)]));
  /** As the most of them see it. */
  const owner = async (except?: RedisNode): Promise<RedisServer> => {
    const asked = cluster.all.filter((server) => known.get(server) !== except);
    const seen = await Promise.allSettled(asked.map((server) => soon(ownerOf(server, cluster.all, KEY))));
    const votes = seen.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const count = (one: RedisServer): number => votes.filter((each) => each === one).length;
    const [most] = votes.toSorted((a, b) => count(b) - count(a));
    if (most === undefined) throw new Error('no node knows who has the queue');
    return most;
  };
  return {
    ...{ nodes: [...known.values()], sentinels: [] },
    settings: (through) => ({
      REDIS_URL: throughEach(cluster.url, through),
      REDIS_NAT_MAP: throughEach(cluster.natMap, through),
    }),
    owner: async (except) => known.get(await owner(except))!,
    // Only its replica takes this.
    demote: async () => {
      await Promise.any(cluster.all.map((server) => server.ask('CLUSTER FAILOVER')));
    },
    untilWhole: () =>
      until('a replica follows the owner of the queue', async () => {
        const [info, states] = await Promise.all([
          owner().then((server) => server.ask('INFO replication')),
          Promise.all(cluster.all.map((server) => server.ask('CLUSTER INFO'))),
        ]);
        return (
          info.some((line) => line.includes('state=online')) &&
          states.every((lines) => lines.includes('cluster_slots_ok:16384'))
        );
      }),
    stop: () => cluster.stop(),
  };
}

function nodeOf(server: RedisServer): RedisNode {
  return {
    port: server.port,
    signal: (name) => signal(server.child.process.pid ?? 0, name),
    async kill() {
      await server.child.stop('SIGKILL', 0);
    },
    start: () => server.restart(),
  };
}

function throughEach(text: string, through: (port: number) => number): string {
  return text.replace(/127\.0\.0\.1:(\d+)/g, (_, port: string) => `127.0.0.1:${through(Number(port))}`);
}

/** @throws Error if Redis refuses it, or does not answer in time. */
export async function command({ port }: RedisNode, text: string): Promise<void> {
  const answer = await soon(sendToRedis(port, text));
  if (answer.startsWith('-')) throw new Error(`Redis answers ${text} with ${answer}`);
}

async function soon<Result>(promise: Promise<Result>): Promise<Result> {
  const late = delay(COMMAND_MS, null, { ref: false }).then(() => Promise.reject(new Error('no answer')));
  return Promise.race([promise, late]);
}

function firstAnswer(servers: readonly RedisServer[], text: string): Promise<string[]> {
  return Promise.any(servers.map((server) => soon(server.ask(text))));
}

const isOk = (lines: readonly string[]): boolean => lines[0] === '+OK';

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(50);
  }
}
