import { createDoorbell } from '@wallet/shared/queue/doorbell';
import { seedDatabase } from '@wallet/shared/process/seed-data';
import { type Service, startService } from './service.ts';

/** Starts a service with the example data, as `npm start` serves it, once all of that is applied. */
export async function startSeededService(): Promise<Service> {
  const service = await startService();
  const doorbell = createDoorbell({ url: service.redisUrl, prefix: service.queuePrefix, onError: () => undefined });
  await seedDatabase(service.database, doorbell, service.partitions);
  await service.drained();
  doorbell.close();
  return service;
}
