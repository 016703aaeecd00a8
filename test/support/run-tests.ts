import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { ConfigError } from '@wallet/shared/words/config-error';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { bundlePrograms } from './bundle-programs.ts';
import { JEST_COMMAND } from './jest-command.ts';
import { ARE_BUILT } from './program-command.ts';
import { TEMPLATE, inDatabase } from './test-database.ts';

/**
 * Nothing here has to survive a crash. Each test has its own database, a thousand in all: autovacuum of all of them
 * takes as much as some of the tests.
 */
const SETTINGS = {
  ...{ fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '4GB' },
  ...{ autovacuum: 'off', max_connections: '300', shared_buffers: '512MB' },
};

/**
 * `npm test`: starts a Postgres and a Redis of its own, migrates a template database that every test file copies, runs
 * jest with the arguments given, and closes with the counts. `REDIS_SERVER` chooses the Redis, as for `npm start`: `native`,
 * `packaged` or `auto`. With `TEST_PROGRAMS=built`, programs are started as `npm run build` has built them, not
 * from source, and an API and a worker from one file each.
 */
const folder = mkdtempSync(join(tmpdir(), 'wallet-test-'));
const stops: (() => Promise<void>)[] = [];
try {
  process.exitCode = await runTests();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
} finally {
  await Promise.all(stops.map((stop) => stop()));
  rmSync(folder, { recursive: true, force: true });
}

async function runTests(): Promise<number> {
  if (ARE_BUILT) await bundlePrograms();
  const path = process.env['PATH'] ?? '';
  const server = readRedisServer(process.env);
  const postgres = await startPostgres({ dataDir: folder, path, settings: SETTINGS });
  stops.push(() => postgres.stop());
  const redis = await startRedis({ dataDir: folder, path, server });
  stops.push(() => redis.stop());
  process.stdout.write(`Redis: ${redis.name}\n`);
  await migrateDatabase(await inDatabase(postgres.url, TEMPLATE), MIGRATIONS_FOLDER, undefined);
  const countsFile = join(folder, 'counts.json');
  const code = await runJest({
    TEST_DATABASE_URL: postgres.url,
    TEST_REDIS_URL: redis.url,
    TEST_COUNTS_FILE: countsFile,
  });
  const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as { passed: number; failed: number; skipped: number };
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return code;
}

function runJest(env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [...JEST_COMMAND, ...process.argv.slice(2)], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      resolve(status ?? 1);
    });
  });
}
