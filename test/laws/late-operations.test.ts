import { setTimeout as delay } from 'node:timers/promises';
import { createOperationWaiter } from '@wallet/api/operations/await-operation';
import { createLogger } from '@wallet/shared/process/logger';
import { hearAnnouncements } from '@wallet/shared/queue/announcements';
import { createDoorbell } from '@wallet/shared/queue/doorbell';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import { expectFaithfulHistory } from '../support/history.ts';
import { randomFrom, runLoad } from '../support/load.ts';
import { until } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
afterEach(() => service.stop());

const NOBODY = 'redis://127.0.0.1:1';
/** The sweeper rings for what has waited longer. */
const LOST_MS = 1_000;

it('an operation whose ring was lost is still applied, by a worker that still hears the doorbell', async () => {
  service = await startService({ apiRedisUrl: NOBODY });
  const wallet = await createFundedWallet(service.url);
  await request(service.url)
    .post(`/wallets/${wallet}/operation`)
    .send({ operation_type: 'DEPOSIT', amount: 1 })
    .expect(202);
  await service.drained();
});

it('a backlog deeper than any transaction is applied in the order of acceptance', async () => {
  service = await startService({ worker: false });
  const wallets = await Promise.all(Array.from({ length: 3 }, () => createFundedWallet(service.url)));
  const requests = await runLoad({
    urls: [service.url],
    wallets,
    requests: 600,
    connections: 8,
    random: randomFrom(3),
    name: 'backlog',
  });
  service.startWorker({ limit: 7 });
  service.startWorker({ limit: 5 });
  await service.drained();
  await expectFaithfulHistory(service.database, requests);
});

it('while operations flow, a worker that got one ring keeps looking for them', async () => {
  service = await startService();
  const wallet = await createFundedWallet(service.url);
  await service.drained();
  const partition = partitionOf(wallet, service.partitions);
  const doorbell = createDoorbell({ url: service.redisUrl, prefix: service.queuePrefix, onError: () => undefined });
  await until('the doorbell is connected', async () => (await doorbell.state()) === 'up');
  // As another process accepts them, which loses its rings.
  const acceptMany = () =>
    service.database.query(
      `WITH ids AS (SELECT gen_random_uuid() AS id, nextval('operation_seq') AS seq FROM generate_series(1, 64)),
            made AS (INSERT INTO operations (id, seq, wallet_id, amount, created_at, asset_id, type, priority)
                     SELECT id, seq, $1, 1, now(), 4, 'deposit', 'high' FROM ids)
       INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
       SELECT $2, seq, id, $1, now() FROM ids`,
      [wallet, partition],
    );
  let tookMs = Infinity;
  // Where no process gets a processor for 100 ms, a flow ends: one of several is followed.
  for (let round = 0; round < 8 && tookMs > LOST_MS; round += 1) {
    await acceptMany();
    await doorbell.ring([partition], 'high', 'accept');
    await service.drained();
    // Until a worker that does not follow the flow has looked once more and found nothing.
    await delay(40);
    const begun = performance.now();
    await acceptMany();
    await service.drained();
    tookMs = performance.now() - begun;
  }
  doorbell.close();
  expect(tookMs).toBeLessThan(LOST_MS);
});

it('workers announce the partitions they drained', async () => {
  service = await startService();
  const heard = new Set<number>();
  const wallet = await createFundedWallet(service.url);
  const stop = hearAnnouncements({
    url: service.redisUrl,
    prefix: service.queuePrefix,
    onError: () => undefined,
    hear: (partitions) => {
      for (const each of partitions) heard.add(each);
    },
  });
  // The subscription may come later than the first operations: one of many is heard of.
  for (let times = 0; times < 200 && heard.size === 0; times += 1) await operate(service.url, wallet, 'DEPOSIT', 1);
  stop();
  expect([...heard]).toEqual([partitionOf(wallet, service.partitions)]);
});

it('a waiting request is answered when its partition is announced, without a timer', async () => {
  service = await startService({ worker: false });
  const wallet = await createFundedWallet(service.url);
  const { body } = await request(service.url)
    .post(`/wallets/${wallet}/operation`)
    .send({ operation_type: 'DEPOSIT', amount: 1 })
    .expect(202);
  const timer = jest.spyOn(globalThis, 'setInterval').mockReturnValue(undefined as never);
  const waiter = createOperationWaiter(
    service.database,
    createLogger({ process: 'test', level: 'silent', pretty: false }),
  );
  timer.mockRestore();
  const partition = partitionOf(wallet, service.partitions);
  const waiting = waiter.wait(body.id as string, partition, 20_000, new AbortController().signal);
  service.startWorker();
  await service.drained();
  waiter.hear([(partition + 1) % service.partitions]);
  waiter.hear([partition]);
  expect(await waiting).toMatchObject({ id: body.id, status: 'succeeded' });
  waiter.stop();
});
