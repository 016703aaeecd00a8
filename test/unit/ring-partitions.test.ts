import { createRing } from '@wallet/api/operations/ring-partitions';
import { createLogger } from '@wallet/shared/process/logger';

const log = createLogger({ process: 'test', level: 'silent', pretty: false });

it('rings for a batch after one without a partition, whose lines were all accepted before', async () => {
  const rung: [readonly number[], string][] = [];
  const doorbell = {
    ring: (partitions: readonly number[], lane: string) => {
      rung.push([partitions, lane]);
      return Promise.resolve();
    },
    state: () => Promise.resolve('up' as const),
    close: () => undefined,
  };
  const bell = createRing(doorbell, log, () => undefined);
  bell.ring([], 'bulk');
  bell.ring([3, 5, 3], 'bulk');
  await bell.stop();
  expect(rung).toEqual([[[3, 5], 'bulk']]);
});
