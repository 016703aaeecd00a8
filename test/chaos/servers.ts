import { type Database, createPool } from '@wallet/shared/database/pool';
import { type PostgresSide, startPostgresSide } from './postgres-side.ts';
import { type RedisSide, startRedisSide } from './redis-side.ts';
import type { Setup } from './setup.ts';

/** The servers of a campaign, that can be treated badly. */
export interface Servers {
  readonly postgres: PostgresSide;
  readonly redis: RedisSide;
  /** Past every proxy: what the campaign itself looks and reaches through. */
  readonly database: Database;
  stop(): Promise<void>;
}

export async function startServers(folder: string, setup: Setup): Promise<Servers> {
  const postgres = await startPostgresSide(folder, setup);
  const redis = await startRedisSide(folder, setup);
  const { url } = postgres;
  const writes = postgres.pair !== null;
  const database = createPool({ url, name: 'chaos', size: 3, statementMs: 30_000, writes, onError: () => undefined });
  return {
    postgres,
    redis,
    database,
    async stop() {
      await database.end();
      await redis.stop();
      await postgres.stop();
    },
  };
}
