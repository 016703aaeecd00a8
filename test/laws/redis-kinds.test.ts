import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { auditDatabase } from '@wallet/shared/database/audit';
import { readRedisAddress } from '@wallet/shared/process/redis-settings';
import type { RedisAddress } from '@wallet/shared/queue/redis-address';
import { createCounters } from '@wallet/shared/queue/counters';
import request from 'supertest';
import { createHttpClient } from '../support/http-client.ts';
import { until } from '../support/keys.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { RIGHTS } from '../support/redis-rights.ts';
import {
  MASTER,
  NATIVE_REDIS,
  QUEUE_TAG,
  type RedisServer,
  type RedisServers,
  startRedisCluster,
  startSentinelSet,
} from '../support/redis-servers.ts';
import { type Service, startService } from '../support/service.ts';

/**
 * The service works with Sentinels and with a Cluster as with a single Redis, even while the master of its queue is
 * lost, demoted or silent: accepted operations are applied and their events sent meanwhile, and afterwards rings arrive
 * again.
 */
jest.setTimeout(120_000);

const OPERATIONS = 150;
const WALLETS = 12;
/**
 * Operations without a ring are applied after 4 s at the latest, whatever is known of Redis; the rest is for a busy
 * machine.
 */
const GAP_MS = 8_000;
const CONNECTIONS = 8;
const TIMEOUT_MS = 30_000;
/** Between two operations of a connection while a failover is waited for: it is about time, not load. */
const REST_MS = 100;

interface Replicated extends RedisServers {
  /** The server that has the queue. */
  master(): Promise<RedisServer>;
  /** Makes its replica take over while it is alive. */
  demote(): Promise<unknown>;
}

interface Kind {
  readonly name: string;
  readonly start: (folder: string) => Promise<Replicated & { readonly address: RedisAddress }>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'Sentinels',
    async start(folder) {
      const set = await startSentinelSet(folder);
      const ask = (): Promise<boolean> =>
        set.sentinels[0]!.ask(`SENTINEL FAILOVER ${MASTER}`).then(Boolean, () => false);
      const demote = (): Promise<unknown> => until('the Sentinels start a failover', ask);
      return { ...set, demote, address: readRedisAddress({ REDIS_URL: set.url }) };
    },
  },
  {
    name: 'a Cluster whose nodes announce names that only REDIS_NAT_MAP knows, as a user of few rights',
    async start(folder) {
      // The rights that docs/deployment.md lists for a user in a Cluster.
      const cluster = await startRedisCluster(folder, QUEUE_TAG, [`user wallet on >secret ${RIGHTS} +cluster|slots`]);
      const url = cluster.url.replace('://', '://wallet:secret@');
      const address = readRedisAddress({ REDIS_URL: url, REDIS_NAT_MAP: cluster.natMap });
      // Only its replica takes this, and there is only one.
      const demote = (): Promise<unknown> => Promise.any(cluster.all.map((each) => each.ask('CLUSTER FAILOVER')));
      return { ...cluster, address, master: () => cluster.owner(), demote };
    },
  },
];

const folder = mkdtempSync(join(tmpdir(), 'wallet-redis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Failovers take as long as the servers need to notice, which on a machine with other tests at work is most of a minute. */
const onlyLong = process.env['TEST_LONG'] ? it : it.skip;

(NATIVE_REDIS === null ? describe.skip : describe).each(KINDS)('over $name', ({ start }) => {
  let redis: Awaited<ReturnType<Kind['start']>>;
  let service: Service;
  let receiver: Receiver;
  let wallets: string[];
  const stops: (() => Promise<void>)[] = [];
  const client = createHttpClient(CONNECTIONS, TIMEOUT_MS);
  beforeAll(async () => {
    redis = await start(folder);
    stops.push(() => redis.stop());
    receiver = await startReceiver();
    stops.push(() => receiver.stop());
    service = await startService({ redis: redis.address });
    stops.push(() => service.stop());
    const endpoint = { url: receiver.url, event_types: ['operation.succeeded'] };
    await request(service.url).post('/webhook-endpoints').send(endpoint).expect(201);
    wallets = await Promise.all(Array.from({ length: WALLETS }, createWallet));
    await untilQueue('up');
  });
  afterAll(async () => {
    client.close();
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function createWallet(): Promise<string> {
    const answer = await request(service.url).post('/wallets').send({ asset: 'USD' }).expect(201);
    return answer.body.id as string;
  }

  async function untilQueue(state: string): Promise<void> {
    await until(`the queue is ${state}`, async () => {
      const { body } = await request(service.url).get('/health').expect(200);
      return body.queue === state;
    });
  }

  /**
   * Deposits, one at a time on each of a few connections, until `isOver`. @returns the ids, and the longest time one
   * took.
   */
  async function deposit(isOver: (sent: number) => boolean, restMs = 0): Promise<{ ids: string[]; longestMs: number }> {
    const ids: string[] = [];
    let sent = 0;
    let longestMs = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (!isOver(sent)) {
          sent += 1;
          const begun = performance.now();
          const path = `${service.url}/wallets/${wallets[sent % WALLETS]}/operation`;
          const body = { operation_type: 'DEPOSIT', amount: '1.00' };
          const answer = await client.send('POST', path, { prefer: 'wait=20' }, body);
          expect(answer.body).toMatchObject({ status: 'succeeded' });
          longestMs = Math.max(longestMs, performance.now() - begun);
          ids.push(String(answer.body['id']));
          await delay(restMs);
        }
      }),
    );
    return { ids, longestMs };
  }

  async function expectTold(ids: readonly string[]): Promise<void> {
    const isTold = (id: string): boolean => receiver.received.some(({ body }) => body.includes(id));
    await receiver.until(() => ids.every(isTold));
  }

  it('operations are applied and announced after a ring, without the sweeper', async () => {
    const { ids } = await deposit((sent) => sent >= OPERATIONS);
    expect(ids.length).toBeGreaterThanOrEqual(OPERATIONS);
    await expectTold(ids);
    const swept = await service.workerRegistries[0]!.getSingleMetric('wallet_swept_partitions_total')!.get();
    expect(swept.values.filter(({ value }) => value > 0)).toEqual([]);
  });

  it('counts are the same for every process, on whichever node they are', async () => {
    const link = { ...redis.address, prefix: service.queuePrefix, onError: () => undefined };
    const counters = [createCounters(link), createCounters(link)];
    try {
      const script = `return redis.call('INCR', KEYS[1])`;
      const load = (): Promise<unknown> => counters[0]!.sendCommand('SCRIPT', 'LOAD', script);
      await until('the script is loaded', () => load().then(Boolean, () => false));
      const sha = String(await load());
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
        for (const [index, each] of counters.entries())
          await until('it is counted', async () => {
            const count = await each.sendCommand('EVALSHA', sha, '1', `${each.prefix}${name}`).catch(() => null);
            return count === index + 1;
          });
    } finally {
      for (const each of counters) each.close();
    }
  });

  const sweeps = async (): Promise<number> => {
    const { values } = await service.workerRegistries[0]!.getSingleMetric('wallet_swept_partitions_total')!.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  };

  /**
   * Sends operations until another server has the queue, and `after` has been done. Whatever happens, they are applied
   * and their events sent.
   */
  async function depositThrough(failover: () => Promise<unknown>): Promise<void> {
    const before = await redis.master();
    let isOver = false;
    const failingOver = (async () => {
      await failover();
      await until('another server is the master', async () => (await redis.master()) !== before);
      await untilQueue('up');
    })().finally(() => (isOver = true));
    const [{ ids, longestMs }] = await Promise.all([deposit(() => isOver, REST_MS), failingOver]);
    expect(longestMs).toBeLessThan(GAP_MS);
    await expectTold(ids);
    await until('rings are heard again', async () => {
      const count = await sweeps();
      await deposit((sent) => sent >= CONNECTIONS);
      return (await sweeps()) === count;
    });
  }

  onlyLong('nothing waits long for a master that is demoted', async () => {
    await depositThrough(() => redis.demote());
  });

  onlyLong('nothing waits long for a master that does not answer, nor is anything lost with it', async () => {
    const master = await redis.master();
    try {
      await depositThrough(() => Promise.resolve(master.child.process.kill('SIGSTOP')));
    } finally {
      master.child.process.kill('SIGCONT');
    }
    expect((await deposit((sent) => sent >= OPERATIONS)).ids.length).toBeGreaterThanOrEqual(OPERATIONS);
    const violations: unknown[] = [];
    await auditDatabase(service.database, (violation) => violations.push(violation));
    expect(violations).toEqual([]);
  });
});
