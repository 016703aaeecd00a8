import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@wallet/shared/process/logger';
import { Registry } from '@wallet/shared/process/metrics';
import { partitionOf } from '@wallet/shared/words/partition';
import { createDoorbell } from '@wallet/shared/queue/doorbell';
import { createWorkerMetrics } from '@wallet/worker/metrics';
import { startSweeper } from '@wallet/worker/drain/sweep';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

const NOBODY = 'redis://127.0.0.1:1';
const DEADLINE_MS = 10_000;

let service: Service;
afterEach(() => service.stop());

it('finds urgent operations while a drain of something else takes long', async () => {
  service = await startService({ worker: false, apiRedisUrl: NOBODY });
  const drained: string[] = [];
  let end = (): void => undefined;
  const long = new Promise<void>((resolve) => {
    end = resolve;
  });
  // Without Redis it looks every 100 ms.
  const doorbell = createDoorbell({ url: NOBODY, prefix: service.queuePrefix, onError: () => undefined });
  const sweeper = startSweeper({
    database: service.database,
    partitions: service.partitions,
    doorbell,
    queueWorks: () => Promise.resolve(false),
    drain: async (partition, lane) => {
      drained.push(`${lane} ${partition}`);
      if (lane === 'bulk') await long;
    },
    metrics: createWorkerMetrics(new Registry()),
    log: createLogger({ process: 'test', level: 'silent', pretty: false }),
  });

  const slow = await accept('low');
  await until(() => drained.includes(`bulk ${slow}`));
  const urgent = await accept('high');
  await until(() => drained.includes(`high ${urgent}`));
  expect(drained.filter((each) => each === `bulk ${slow}`)).toHaveLength(1);

  let isStopped = false;
  const stopped = sweeper.stop().then(() => (isStopped = true));
  await delay(50);
  expect(isStopped).toBe(false);
  end();
  await stopped;
  doorbell.close();
});

/** An operation of a wallet of its own. @returns its partition. */
async function accept(priority: 'high' | 'low'): Promise<number> {
  const wallet = await createFundedWallet(service.url);
  const body = { operation_type: 'DEPOSIT', amount: 1, priority };
  await request(service.url).post(`/wallets/${wallet}/operation`).send(body).expect(202);
  return partitionOf(wallet, service.partitions);
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('it does not come about');
    await delay(10);
  }
}
