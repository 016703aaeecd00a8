import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { createLogger } from '@wallet/shared/logger';
import { startSweeper } from '@wallet/worker/sweep';

const log = createLogger({ process: 'test', level: 'silent', pretty: false });

it('looks for what is urgent while a drain of something else takes long', async () => {
  const waiting = [{ partition: 1, urgent: false, bulk: true }];
  const drained: string[] = [];
  let end = (): void => undefined;
  const long = new Promise<void>((resolve) => {
    end = resolve;
  });
  const sweeper = startSweeper({
    database: { query: () => Promise.resolve({ rows: waiting }) } as unknown as Database,
    partitions: 2,
    // Without Redis it looks every 100 ms.
    doorbell: { ring: () => Promise.resolve(), answers: () => Promise.resolve(false), close: () => undefined },
    async drain(partition, lane) {
      drained.push(`${lane} ${partition}`);
      if (lane === 'bulk') await long;
    },
    log,
  });
  const until = async (isSo: () => boolean): Promise<void> => {
    for (const started = Date.now(); !isSo() && Date.now() - started < 5_000;) await delay(10);
  };
  await until(() => drained.length > 0);
  waiting.push({ partition: 0, urgent: true, bulk: false });
  await until(() => drained.includes('high 0'));
  let isStopped = false;
  const stopped = sweeper.stop().then(() => (isStopped = true));
  await delay(50);
  expect(isStopped).toBe(false);
  end();
  await stopped;
  expect(drained).toContain('high 0');
  expect(drained.filter((each) => each === 'bulk 1')).toHaveLength(1);
});
