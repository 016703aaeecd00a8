import { findFreePort } from '@wallet/local/child';
import { startRedis } from '@wallet/local/embedded-redis';
import { RIGHTS } from '../support/redis-rights.ts';
import {
  NATIVE_REDIS,
  QUEUE_TAG,
  askRedis,
  startRedisCluster,
  startRedisServer,
  startSentinelSet,
} from '../support/redis-servers.ts';
import { makeAuthority } from './authority.ts';
import { NotTried, type Place, type RedisSite } from './site.ts';

export const REDIS_WAYS = ['native', 'packaged', 'Sentinel', 'Cluster', 'TLS + ACL'] as const;
export type RedisWay = (typeof REDIS_WAYS)[number];

/** What a kind of Redis is started as. */
interface Started {
  readonly env: RedisSite['env'];
  /** Of one of its servers that takes commands without TLS. */
  readonly port: number;
}

const STARTS: Readonly<Record<RedisWay, (place: Place) => Promise<Started>>> = {
  native: (place) => startSingle(place, 'native'),
  packaged: (place) => startSingle(place, 'packaged'),

  async Sentinel({ folder, stops }) {
    const set = await startSentinelSet(folder);
    stops.add(() => set.stop());
    return { env: { REDIS_URL: set.url }, port: (await set.master()).port };
  },

  async Cluster({ folder, stops }) {
    const cluster = await startRedisCluster(folder, QUEUE_TAG);
    stops.add(() => cluster.stop());
    const owner = await cluster.owner();
    return { env: { REDIS_URL: cluster.url, REDIS_NAT_MAP: cluster.natMap }, port: owner.port };
  },

  /** Its user has the rights of docs/deployment.md and no other, and so not INFO. */
  async 'TLS + ACL'({ folder, stops }) {
    const { cert, key } = makeAuthority(folder);
    const port = await findFreePort();
    const tls = [`tls-port ${port}`, `tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`];
    const server = await startRedisServer(folder, [...tls, 'tls-auth-clients no', 'save ""']);
    stops.add(() => server.child.stop('SIGTERM', STOP_MS));
    await server.ask(`ACL SETUSER wallet on >secret ${RIGHTS}`);
    const env = { REDIS_URL: `rediss://wallet:secret@127.0.0.1:${port}`, REDIS_CA_FILE: cert };
    return { env, port: server.port };
  },
};

const STOP_MS = 3_000;

/** @throws NotTried where the server is not installed. */
export async function startRedisSite(way: RedisWay, place: Place): Promise<RedisSite> {
  if (NATIVE_REDIS === null && way !== 'packaged') throw new NotTried('there is no redis-server');
  const { env, port } = await STARTS[way](place);
  const info = await askRedis(port, 'INFO server');
  const valueOf = (name: string): string | undefined =>
    info.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
  const valkey = valueOf('valkey_version');
  return {
    env,
    version: valkey === undefined ? `Redis ${valueOf('redis_version')}` : `Valkey ${valkey}`,
    refused: async () => {
      const lines = await askRedis(port, 'ACL LOG');
      return lines.join() === '*0' ? '' : lines.join(' ');
    },
  };
}

async function startSingle({ folder, stops }: Place, server: 'native' | 'packaged'): Promise<Started> {
  const redis = await startRedis({ dataDir: folder, path: process.env['PATH'] ?? '', server });
  stops.add(() => redis.stop());
  return { env: { REDIS_URL: redis.url }, port: Number(new URL(redis.url).port) };
}
