import { PgBoss } from 'pg-boss';

export const QUEUE = 'operations';

/** With the schema created and migrated. */
export async function startBoss(connections: number, isWorker: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: process.env['DATABASE_URL'] ?? '',
    max: connections,
    schedule: false,
    supervise: isWorker,
    useListenNotify: isWorker,
  });
  boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  return boss;
}
