import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { isDemoted } from './queue-state.ts';
import { type ParsedRedisUrl, type RedisAddress, type RedisHost, parseRedisUrl } from './redis-address.ts';

/** The only place that connects to Redis, whatever kind of Redis it is. */

const COMMAND_MS = 500;
const CONNECT_MS = 2_000;
/**
 * A server that accepts commands but answers none is abandoned: it is frozen or cut off, and another may have taken
 * over.
 */
const SENDER_SILENCE_MS = 1_500;
/** Longer than BullMQ waits for a job (`queue-listener.ts`): until then Redis has nothing to answer. */
const RECEIVER_SILENCE_MS = 4_000;
/** How soon moved slots of a Cluster are noticed if no node reports the move because their previous owner is frozen. */
const SLOTS_MS = 5_000;
/** The most often a connection is abandoned because of a server's answers. */
const LEAVE_MS = 1_000;

/** A single Redis, the master of Sentinels, or a Cluster. */
type RedisClient = Redis | Cluster;
/** Replies keep their default mapping. */
type Options = Omit<RedisOptions, 'replyMapping'>;
type OnError = (error: Error) => void;

/** A connection for senders: a command fails within half a second instead of waiting for Redis to come back. */
export function connectSender(address: RedisAddress, onError: OnError): RedisClient {
  return connect(
    address,
    { maxRetriesPerRequest: 1, commandTimeout: COMMAND_MS, socketTimeout: SENDER_SILENCE_MS },
    { waits: false, onError },
  );
}

/** A connection for receivers of jobs: it waits for as long as it takes. */
export function connectReceiver(address: RedisAddress, onError: OnError): RedisClient {
  const own = { maxRetriesPerRequest: null, socketTimeout: RECEIVER_SILENCE_MS };
  return connect(address, own, { waits: true, onError });
}

/**
 * A connection for receivers of announcements. Subscriptions end with the connection: if the driver repeated them and
 * Redis refused, the unhandled error would end the process. Any node of a Cluster will do, because each receives what
 * is published at any other; the driver's own way would need INFO, and repeats subscriptions without reporting
 * failures.
 */
export function connectSubscriber(address: RedisAddress, onError: OnError): Redis {
  const url = parse(address);
  const own = { maxRetriesPerRequest: null, autoResubscribe: false, socketTimeout: SENDER_SILENCE_MS };
  const options = { ...optionsOf(address, url), ...own };
  const redis = new Redis(url.kind === 'cluster' ? inTurn(url.hosts, options) : options);
  redis.on('error', onError);
  return redis;
}

/** @param waits whether commands wait for a connection or fail without one. */
function connect(
  address: RedisAddress,
  options: Options,
  { waits, onError }: { waits: boolean; onError: OnError },
): RedisClient {
  const url = parse(address);
  const all = { ...optionsOf(address, url), ...options };
  if (url.kind !== 'cluster') {
    const redis = new Redis({ ...all, enableOfflineQueue: waits });
    redis.on('error', onError);
    return redis;
  }
  const cluster = createCluster(url.hosts, all, {
    enableOfflineQueue: waits,
    // The check uses INFO. An incomplete Cluster refuses commands by itself.
    enableReadyCheck: false,
    clusterRetryStrategy: retryIn,
    slotsRefreshTimeout: CONNECT_MS,
    // Resolved at each connection: a certificate is for the name, and an address may change.
    dnsLookup: (host, done) => {
      done(null, host);
    },
    ...(address.natMap === undefined ? {} : { natMap: mapBy(address.natMap) }),
  });
  cluster.on('error', onError);
  cluster.on('node error', onError);
  return cluster;
}

/**
 * A Cluster that refreshes its slots every few seconds. The driver's own timer for that restarts if the Cluster is
 * disconnected during a refresh, and keeps the process from ending.
 */
function createCluster(
  nodes: readonly RedisHost[],
  redisOptions: Options,
  options: Omit<ClusterOptions, 'redisOptions'>,
): Cluster {
  const cluster = new Cluster([...nodes], { ...options, redisOptions });
  let watch: NodeJS.Timeout | undefined;
  cluster.on('ready', () => {
    clearInterval(watch);
    watch = setInterval(() => {
      cluster.refreshSlotsCache();
    }, SLOTS_MS).unref();
  });
  cluster.on('end', () => {
    clearInterval(watch);
  });
  // BullMQ derives the connection that waits for jobs from the other one.
  cluster.duplicate = (_nodes, more) => createCluster(nodes, { ...redisOptions, ...more?.redisOptions }, options);
  return cluster;
}

function parse({ url }: RedisAddress): ParsedRedisUrl {
  const parsed = parseRedisUrl(url);
  if (typeof parsed === 'string') throw new Error(`the address of Redis ${parsed}`);
  return parsed;
}

const retryIn = (times: number): number => Math.min(50 * times, 1_000);

/** How to connect to one server, or to one of several. */
function optionsOf(address: RedisAddress, url: ParsedRedisUrl): Options {
  const tls = url.isTls ? { tls: { ...address.tls } } : {};
  const options: Options = {
    ...tls,
    family: url.family,
    connectTimeout: CONNECT_MS,
    // The check uses INFO, which a user may not be allowed. A server that is still loading refuses commands by itself.
    enableReadyCheck: false,
    // Each connection would send two more commands.
    disableClientInfo: true,
    ...(url.username === undefined ? {} : { username: url.username }),
    ...(url.password === undefined ? {} : { password: url.password }),
  };
  // A lost node of a Cluster is not reconnected until the Cluster reports it again.
  if (url.kind === 'cluster') return options;
  const again: Options = { ...options, retryStrategy: retryIn, reconnectOnError: leaveDemoted() };
  if (url.kind === 'single') return { ...again, ...url.hosts[0], db: url.db };
  return { ...again, ...optionsOfSentinels(address, url) };
}

function optionsOfSentinels({ sentinelUser, natMap, tls }: RedisAddress, url: ParsedRedisUrl): Options {
  const options: Options = {
    sentinels: [...url.hosts],
    name: url.masterName,
    sentinelCommandTimeout: COMMAND_MS,
    ...(url.isTls ? { sentinelTLS: { ...tls }, enableTLSForSentinelMode: true } : {}),
    ...(natMap === undefined ? {} : { natMap: mapBy(natMap) }),
    ...userOf(sentinelUser),
  };
  if (sentinelUser !== undefined || url.password === undefined) return { ...options, sentinelRetryStrategy: retryIn };
  return {
    ...options,
    // The driver calls this with its options when no Sentinel has answered.
    sentinelRetryStrategy(this: Options, times) {
      Object.assign(this, userOf(this.sentinelPassword === undefined ? url : undefined));
      return retryIn(times);
    },
  };
}

function userOf(
  user: { readonly username: string | undefined; readonly password: string | undefined } | undefined,
): Options {
  return { sentinelUsername: user?.username, sentinelPassword: user?.password };
}

/** The driver writes into its argument. */
function mapBy(natMap: ReadonlyMap<string, RedisHost>) {
  return (announced: string): { host: string; port: number } | null => {
    const host = natMap.get(announced);
    return host === undefined ? null : { ...host };
  };
}

/**
 * Leaves a server that is no longer a master: Sentinels, or the name's address, lead to the current one. It does so
 * once a second at most, because there may be no other.
 */
function leaveDemoted(): (error: Error) => boolean {
  let leftAt = -Infinity;
  return (error) => {
    if (!isDemoted(error) || performance.now() - leftAt < LEAVE_MS) return false;
    leftAt = performance.now();
    return true;
  };
}

/** Options that name one host after another, one per connection attempt. */
function inTurn(hosts: readonly RedisHost[], options: Options): Options {
  let next = Math.floor(Math.random() * hosts.length);
  const turn = (): RedisHost | undefined => hosts[next++ % hosts.length];
  return {
    ...options,
    ...turn(),
    // The driver calls this with its options, which it reads again when it connects.
    retryStrategy(this: Options, times) {
      Object.assign(this, turn());
      return retryIn(times);
    },
  };
}

/** Settles as `promise` does, but no later than after `ms`. */
export async function withDeadline<Result>(promise: Promise<Result>, ms: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer from Redis within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a server answers PING at `url` within a second. */
export async function redisAnswers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  redis.on('error', () => undefined);
  try {
    await withDeadline(redis.connect(), 1_000);
    await withDeadline(redis.ping(), 1_000);
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
