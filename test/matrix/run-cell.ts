import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withStops } from '@wallet/bench/stops';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { makeWallets } from '../chaos/campaign.ts';
import type { Violation } from '../chaos/check/violation.ts';
import { createRecorder } from '../chaos/history.ts';
import { closeConnections, send } from '../chaos/load/send.ts';
import { PLAIN } from '../chaos/setup.ts';
import { type ServiceProcess, createCluster } from '../support/cluster.ts';
import { type PostgresWay, startPostgresSite } from './postgres-sites.ts';
import { type RedisWay, startRedisSite } from './redis-sites.ts';
import { NotTried, type Place, type PostgresSite, type RedisSite } from './site.ts';
import { checkAll, comeToRest, countWishes, sendOperations, violate } from './workload.ts';

/** One combination of servers. */
export interface Cell {
  readonly major: string;
  readonly postgres: PostgresWay;
  readonly redis: RedisWay;
}

export interface CellResult {
  readonly postgres: string;
  readonly redis: string;
  readonly operations: number;
  readonly seconds: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly violations: readonly Violation[];
}

/** Of the keys that the user of few rights may touch. */
const PREFIX = 'test_matrix';
const HEALTHY_MS = 20_000;

/** Runs an API and two workers on the cell's own servers. @returns the results, or why it was not tried. */
export async function runCell(cell: Cell, operations: number): Promise<CellResult | NotTried> {
  return withStops(async (stops) => {
    const folder = mkdtempSync(join(tmpdir(), 'wallet-matrix-'));
    stops.add(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    try {
      const place = { folder, stops };
      const postgres = await startPostgresSite(cell.major, cell.postgres, place);
      const redis = await startRedisSite(cell.redis, place);
      return await serve({ postgres, redis }, place, operations);
    } catch (error) {
      if (error instanceof NotTried) return error;
      throw error;
    }
  });
}

async function serve(
  { postgres, redis }: { postgres: PostgresSite; redis: RedisSite },
  { folder, stops }: Place,
  operations: number,
): Promise<CellResult> {
  await migrateDatabase(postgres.direct, MIGRATIONS_FOLDER, undefined);
  const database = createPool({ url: postgres.direct, name: 'matrix', size: 2, onError: () => undefined });
  stops.add(() => database.end());
  const { REDIS_URL: redisUrl, ...env } = redis.env;
  const cluster = createCluster({ databaseUrl: postgres.url, redisUrl, queuePrefix: PREFIX, folder, env });
  stops.add(() => cluster.stop());
  const [api, ...workers] = await Promise.all([cluster.startApi(), cluster.startWorker(), cluster.startWorker()]);
  await untilHealthy(api);
  const urls = [api.url];
  const recorder = createRecorder(join(folder, 'history.jsonl'));
  stops.add(() => recorder.close());
  const wallets = await makeWallets({ urls, setup: PLAIN });
  const begunAt = performance.now();
  await sendOperations({ recorder, urls, wallets }, operations);
  const astray = await findAstray(postgres, database);
  await comeToRest({ recorder, urls, wallets }, database);
  const seconds = (performance.now() - begunAt) / 1_000;
  await untilHealthy(api);
  closeConnections();
  const checked = await checkAll(recorder, database);
  const own = [...astray, await redis.refused(), ...(await stopAll([api, ...workers]))].filter(Boolean);
  const violations = [...checked.violations, ...own.map((sentence) => violate('not_in_time', sentence))];
  const acknowledged = countWishes(recorder, true);
  return { ...checked, postgres: postgres.version, redis: redis.version, seconds, acknowledged, violations };
}

/** @throws Error if Postgres and the queue are not reached in time. */
async function untilHealthy(api: ServiceProcess): Promise<void> {
  const deadline = performance.now() + HEALTHY_MS;
  for (;;) {
    const { body } = await send({ method: 'GET', url: `${api.url}/health` });
    if (body['status'] === 'ok') return;
    if (performance.now() > deadline) throw new Error(`not healthy in time: ${JSON.stringify(body)}`);
    await delay(50);
  }
}

/** Sessions of the programs that did not take the way that the cell is about. */
async function findAstray({ astray }: PostgresSite, database: Database): Promise<string[]> {
  const { rows } = await database.query<{ all: number; astray: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE ${astray ?? 'false'})::int AS astray
     FROM pg_stat_activity WHERE usename IN ('wallet_api_login', 'wallet_worker_login')`,
  );
  const [found] = rows;
  if (found !== undefined && found.all > 0 && found.astray === 0) return [];
  return [`of ${found?.all} sessions ${found?.astray} did not take the way of the cell`];
}

async function stopAll(processes: readonly ServiceProcess[]): Promise<string[]> {
  const codes = await Promise.all(processes.map((each) => each.stop()));
  return codes.filter((code) => code !== 0).map((code) => `a process ended with ${code}`);
}
