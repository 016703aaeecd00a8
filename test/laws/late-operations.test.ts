import { createOperationWaiter } from '@wallet/api/operations/await-operation';
import { createLogger } from '@wallet/shared/process/logger';
import { hearAnnouncements } from '@wallet/shared/queue/announcements';
import { createDoorbell } from '@wallet/shared/queue/doorbell';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import { expectFaithfulHistory } from '../support/history.ts';
import { randomFrom, runLoad } from '../support/load.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
afterEach(() => service.stop());

const NOBODY = 'redis://127.0.0.1:1';

it('an operation whose ring was lost is applied all the same, by a worker that still hears the doorbell', async () => {
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

it('while operations flow, a worker that was rung for once keeps looking for them', async () => {
  service = await startService({ apiRedisUrl: NOBODY });
  const wallet = await createFundedWallet(service.url);
  await service.drained();
  const doorbell = createDoorbell({ url: service.redisUrl, prefix: service.queuePrefix, onError: () => undefined });
  const count = async (sql: string, values: unknown[] = []) =>
    Number((await service.database.query<{ count: bigint }>(sql, values)).rows[0]?.count);
  let found = 0;
  // Where nobody gets a processor for long, a flow can end: one of several is followed.
  for (let round = 0; round < 5 && found === 0; round += 1) {
    const begun = new Date();
    const load = runLoad({
      urls: [service.url],
      wallets: [wallet],
      requests: 2_000,
      connections: 64,
      random: randomFrom(round),
      name: `flow-${round}`,
    });
    while ((await count('SELECT count(*) FROM pending_operations')) < 64);
    await doorbell.ring([partitionOf(wallet, service.partitions)], 'high', 'accept');
    await load;
    await service.drained();
    // Accepted after the first of these transactions, and applied before the sweeper takes a ring to be lost.
    found = await count(
      `SELECT count(*) FROM operations JOIN outcomes ON outcomes.operation_id = operations.id
       WHERE created_at > (SELECT min(completed_at) FROM outcomes WHERE completed_at > $1)
         AND completed_at < created_at + interval '1.5 seconds'`,
      [begun],
    );
  }
  doorbell.close();
  expect(found).toBeGreaterThan(0);
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

it('who waits is answered when its partition is announced, without a timer', async () => {
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
