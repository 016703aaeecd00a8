import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { QUEUE_TAG, addressOfOwner, startRedisServer } from '../support/redis-servers.ts';
import type { Host } from './network.ts';

const PORTS = [6_379, 6_380];
const READY_MS = 30_000;

/** A Cluster of three masters, each on a host of its own, with its replica on another one of them. */
export async function startRedisCluster(
  folder: string,
  hosts: readonly Host[],
): Promise<{ readonly url: string; /** The host whose master has the queue. */ owner(): Promise<Host> }> {
  const lines = [
    ...['cluster-enabled yes', 'cluster-node-timeout 2000', 'cluster-replica-validity-factor 0'],
    ...[
      'cluster-require-full-coverage no',
      'protected-mode no',
      'save ""',
      'repl-diskless-sync-delay 0',
      'repl-timeout 5',
    ],
  ];
  const places = PORTS.flatMap((port) => hosts.map((host) => ({ host: host.address, port, prefix: host.prefix })));
  const servers = await Promise.all(places.map((place) => startRedisServer(folder, lines, [], place)));
  const addresses = places.map(({ host, port }) => `${host}:${port}`);
  // It puts no replica on the host of its master.
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'];
  execFileSync('redis-cli', create, { stdio: ['ignore', 'ignore', 'inherit'] });
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const states = await Promise.all(
      servers.map(async (server) => [...(await server.ask('CLUSTER INFO')), ...(await server.ask('INFO replication'))]),
    );
    const isReady = (state: readonly string[]): boolean =>
      state.includes('cluster_state:ok') && (state.includes('role:master') || state.includes('master_link_status:up'));
    if (states.every(isReady)) break;
    if (performance.now() > deadline) throw new Error('the Cluster is not ready in time');
    await delay(100);
  }
  return {
    url: `redis-cluster://${addresses.slice(0, hosts.length).join(',')}`,
    async owner() {
      const address = await addressOfOwner(servers[0]!, QUEUE_TAG);
      return hosts.find((host) => address.startsWith(`${host.address}:`))!;
    },
  };
}
