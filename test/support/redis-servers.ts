import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { findProgram } from '@wallet/local/find-program';
import { dieWithParent } from '@wallet/local/server-user';
import { until } from './keys.ts';

/** The machine's own Redis, which alone can be a Sentinel or a node of a Cluster; null if there is none. */
export const NATIVE_REDIS =
  process.env['REDIS_SERVER'] === 'packaged' ? null : findProgram(process.env['PATH'] ?? '', 'redis-server');

/** A server on loopback. */
export interface RedisServer {
  readonly port: number;
  /** That of the last start. */
  readonly child: Child;
  /** Starts it again after it has ended: without its data, and with its own changes to its configuration. */
  restart(): Promise<void>;
  /**
   * Sends one command as the default user. Resolves with the lines of the answer as they arrive. @throws Error if it is
   * refused.
   */
  ask(command: string): Promise<string[]>;
}

export interface RedisServers {
  readonly all: readonly RedisServer[];
  stop(): Promise<void>;
}

interface SentinelSet extends RedisServers {
  readonly sentinels: readonly RedisServer[];
  readonly url: string;
  /** The server that the Sentinels report as the master. */
  master(): Promise<RedisServer>;
}

interface RedisCluster extends RedisServers {
  readonly url: string;
  /** The master that has the slot of the key, as seen by one that never has it. */
  owner(): Promise<RedisServer>;
}

/** The common part of the queue's keys, and so their slot in a Cluster. */
export const QUEUE_TAG = '{wallet-ops}';
const STOP_MS = 3_000;
const ANSWER_MS = 5_000;
/** The Sentinels' name for it. */
export const MASTER = 'wallet-master';
/** How long a server is silent before the others declare it down: short, and longer than a busy machine delays one. */
const DOWN_MS = 2_000;

/** Where a server listens: on a free port by default. */
interface RedisPlace {
  readonly host: string;
  readonly port: number | null;
  /** Words before its command, that put it there. */
  readonly prefix: readonly string[];
}

export async function startRedisServer(
  folder: string,
  lines: readonly string[],
  mode: readonly string[] = [],
  place: RedisPlace = { host: '127.0.0.1', port: null, prefix: [] },
): Promise<RedisServer> {
  const { host, prefix } = place;
  const port = place.port ?? (await findFreePort());
  const own = mkdtempSync(join(folder, 'redis-'));
  const file = join(own, 'redis.conf');
  const settings = [`port ${port}`, `bind ${host}`, `dir ${own}`, `logfile ${join(own, 'redis.log')}`, ...lines];
  writeFileSync(file, `${settings.join('\n')}\n`);
  const path = process.env['PATH'] ?? '';
  const words = [...prefix, ...dieWithParent(path, 'TERM'), NATIVE_REDIS!, file, ...mode];
  const launch = (): Child => startChild(words, { stdio: 'ignore', cwd: own });
  let child = launch();
  const answers = (): Promise<void> =>
    until(`the server on ${host}:${port} answers`, () =>
      askRedis(port, 'PING', host).then(
        () => true,
        () => false,
      ),
    );
  await answers();
  return {
    port,
    get child() {
      return child;
    },
    restart() {
      child = launch();
      return answers();
    },
    ask: (command) => askRedis(port, command, host),
  };
}

const DATA = ['save ""', 'repl-diskless-sync-delay 0', 'repl-timeout 5'];

/** A master, two replicas, for a master that has been demoted takes ten seconds to become one, and three Sentinels. */
export async function startSentinelSet(folder: string, lines: readonly string[] = []): Promise<SentinelSet> {
  const first = await startRedisServer(folder, [...DATA, ...lines]);
  const following = [...DATA, ...lines, `replicaof 127.0.0.1 ${first.port}`];
  const replicas = await Promise.all([1, 2].map(() => startRedisServer(folder, following)));
  const watch = [
    `sentinel monitor ${MASTER} 127.0.0.1 ${first.port} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_MS}`,
    `sentinel failover-timeout ${MASTER} 2000`,
  ];
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedisServer(folder, watch, ['--sentinel'])));
  const data = [first, ...replicas];
  const set: SentinelSet = {
    sentinels,
    all: [...sentinels, ...data],
    url: `redis-sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`,
    master: async () => {
      const lines = await sentinels[0]!.ask(`SENTINEL GET-MASTER-ADDR-BY-NAME ${MASTER}`);
      return data.find(({ port }) => lines.includes(String(port)))!;
    },
    stop: () => stopAll(set.all),
  };
  await until('the Sentinels know each other and the replica', async () => {
    const known = await Promise.all(sentinels.map((each) => each.ask(`SENTINEL MASTER ${MASTER}`)));
    return known.every(
      (lines) => valueOf(lines, 'num-other-sentinels') === '2' && valueOf(lines, 'num-slaves') === '2',
    );
  });
  return set;
}

/**
 * Three masters, and a replica of each that has one of the `keys`. Each announces a name that cannot be resolved, so
 * that a client needs `natMap` (the text of REDIS_NAT_MAP).
 */
export async function startRedisCluster(
  folder: string,
  key: string,
  lines: readonly string[] = [],
): Promise<RedisCluster & { readonly natMap: string }> {
  const nodes = await Promise.all(
    [0, 1, 2, 3].map(async (index) => {
      const bus = await findFreePort();
      const cluster = ['cluster-enabled yes', `cluster-port ${bus}`, `cluster-node-timeout ${DOWN_MS}`];
      const name = ['cluster-announce-hostname', `node-${index}.invalid`];
      const more = [
        'cluster-preferred-endpoint-type hostname',
        'cluster-require-full-coverage no',
        'cluster-replica-validity-factor 0',
      ];
      const server = await startRedisServer(folder, [...DATA, ...cluster, name.join(' '), ...more, ...lines]);
      return { server, bus, name: name[1]! };
    }),
  );
  const servers = nodes.map(({ server }) => server);
  const [first, ...others] = servers;
  const masters = servers.slice(0, 3);
  await Promise.all(
    masters.map((master, index) =>
      master.ask(
        `CLUSTER ADDSLOTSRANGE ${Math.ceil((index * 16_384) / 3)} ${Math.ceil(((index + 1) * 16_384) / 3) - 1}`,
      ),
    ),
  );
  for (const [index, server] of servers.entries()) {
    await server.ask(`CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
    if (index > 0) await first!.ask(`CLUSTER MEET 127.0.0.1 ${server.port} ${nodes[index]!.bus}`);
  }
  await until('all nodes know each other', async () => {
    const known = await Promise.all(servers.map((server) => server.ask('CLUSTER INFO')));
    return known.every(
      (info) => info.includes('cluster_known_nodes:4') && info.includes('cluster_slots_assigned:16384'),
    );
  });
  const owner = await ownerOf(first!, servers, key);
  const observer = masters.find((each) => each !== owner)!;
  const id = (await owner.ask('CLUSTER MYID')).at(-1)!;
  await others[2]!.ask(`CLUSTER REPLICATE ${id}`);
  await until('the replica follows', async () => {
    const [info, states] = await Promise.all([
      others[2]!.ask('INFO replication'),
      Promise.all(servers.map((each) => each.ask('CLUSTER INFO'))),
    ]);
    return info.includes('master_link_status:up') && states.every((state) => state.includes('cluster_state:ok'));
  });
  return {
    all: servers,
    url: `redis-cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    natMap: nodes.map(({ name, server }) => `${name}:${server.port}=127.0.0.1:${server.port}`).join(','),
    owner: () => ownerOf(observer, servers, key),
    stop: () => stopAll(servers),
  };
}

/** The master that has the slot of the key, according to the node that is asked. */
export async function ownerOf(asked: RedisServer, servers: readonly RedisServer[], key: string): Promise<RedisServer> {
  const address = await addressOfOwner(asked, key);
  return servers.find(({ port }) => address.endsWith(`:${port}`))!;
}

/** Host and port of the master that has the slot of the key, according to `asked`. */
export async function addressOfOwner(asked: RedisServer, key: string): Promise<string> {
  const slot = Number((await asked.ask(`CLUSTER KEYSLOT ${key}`))[0]!.slice(1));
  for (const line of await asked.ask('CLUSTER NODES')) {
    const [, address = '', flags = '', , , , , , ...ranges] = line.split(' ');
    const hasSlot = ranges.some((range) => {
      const [from, to = from] = range.split('-').map(Number);
      return slot >= from! && slot <= to!;
    });
    if (hasSlot && flags.includes('master')) return address.split('@')[0]!;
  }
  throw new Error(`no node has the slot of ${key}`);
}

async function stopAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ child }) => {
      child.process.kill('SIGCONT');
      await child.stop('SIGTERM', STOP_MS);
    }),
  );
}

/** Parses an answer of alternating names and values. */
export function valueOf(lines: readonly string[], name: string): string | undefined {
  // A name and its value are bulk strings: before each stands its length.
  return lines[lines.indexOf(name) + 2];
}

/** Sends one inline command, then another one whose answer shows that the first answer is complete. */
export function askRedis(port: number, command: string, host = '127.0.0.1'): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, host, () => socket.write(`${command}\r\nECHO end-of-answer\r\n`));
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer to ${command}`)));
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error(`the connection was closed: ${command}`));
    });
    socket.on('data', (data) => {
      text += data.toString();
      const end = /(?:\$13\r\nend-of-answer|-ERR unknown command 'ECHO'.*)\r\n$/.exec(text);
      if (end === null) return;
      const answer = text.slice(0, end.index);
      if (answer.startsWith('-')) reject(new Error(`${command}: ${answer.slice(1).trim()}`));
      else resolve(answer.split(/\r?\n/).filter((line) => line !== ''));
      socket.destroy();
    });
  });
}
