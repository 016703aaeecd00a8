import { readSettings, sharedSettings } from '../process/config.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { createPool } from '../database/pool.ts';
import { readPartitions } from '../database/tables/settings.ts';
import { readRedisAddress, redisSettings } from '../process/redis-settings.ts';
import { createDoorbell } from '../queue/doorbell.ts';
import { readOptions } from '../process/read-options.ts';
import { runCommand } from '../process/run-command.ts';
import { seedDatabase } from '../process/seed-data.ts';

const HELP = `npm run seed

Makes the example clients user_alice and user_bob, and accepts the operations that fund their wallets. Safe to repeat.
Settings: DATABASE_URL and REDIS_URL, and QUEUE_PREFIX if it is not "wallet". Exit status 0 if it is done, 2 if not.`;

await runCommand({
  help: HELP,
  failed: 'Seeding failed',
  read: (args) => readOptions('npm run seed', args, {}),
  run: seed,
});

async function seed(): Promise<number> {
  const { DATABASE_URL, QUEUE_PREFIX, PARTITIONS } = sharedSettings;
  const settings = readSettings({ DATABASE_URL, ...redisSettings, QUEUE_PREFIX, PARTITIONS }, process.env);
  const url = settings.DATABASE_URL;
  const database = createPool({ url, name: 'wallet-seed', size: 1, writes: true, onError: () => undefined });
  const doorbell = createDoorbell({
    ...readRedisAddress(settings),
    prefix: settings.QUEUE_PREFIX,
    onError: () => undefined,
  });
  try {
    await checkDatabase(database, url, 'seed');
    const partitions = await readPartitions(database, settings.PARTITIONS);
    const accepted = await seedDatabase(database, doorbell, partitions);
    process.stdout.write(`seeded user_alice and user_bob: ${accepted} operations accepted\n`);
    return 0;
  } finally {
    doorbell.close();
    await database.end();
  }
}
