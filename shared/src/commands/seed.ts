import { ConfigError, readSettings, sharedSettings } from '../config.ts';
import { createPool } from '../database/pool.ts';
import { readPartitions } from '../database/tables/settings.ts';
import { createDoorbell } from '../queue/doorbell.ts';
import { seedDatabase } from '../seed.ts';

/** `npm run seed`: makes the example clients, and accepts the operations that fund their wallets. Safe to repeat. */
async function main(): Promise<void> {
  const { DATABASE_URL, REDIS_URL, QUEUE_PREFIX, PARTITIONS } = sharedSettings;
  const settings = readSettings({ DATABASE_URL, REDIS_URL, QUEUE_PREFIX, PARTITIONS }, process.env);
  const database = createPool({ url: settings.DATABASE_URL, name: 'wallet-seed', size: 1, onError: () => undefined });
  const doorbell = createDoorbell({
    url: settings.REDIS_URL,
    prefix: settings.QUEUE_PREFIX,
    onError: () => undefined,
  });
  try {
    const partitions = await readPartitions(database, settings.PARTITIONS);
    const accepted = await seedDatabase(database, doorbell, partitions);
    process.stdout.write(`seeded user_alice and user_bob: ${accepted} operations accepted\n`);
  } finally {
    doorbell.close();
    await database.end();
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `Seeding failed: ${String(error)}`}\n`);
  process.exitCode = 1;
});
