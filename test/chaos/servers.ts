import { type Database, createPool } from '@wallet/shared/database/pool';
import { type PostgresSide, requirePgBouncer, startPostgresSide } from './postgres-side.ts';
import { type RedisSide, requireNativeRedis, startRedisSide } from './redis-side.ts';
import type { Setup } from './setup.ts';

/** The servers of a campaign, that can be treated badly. */
export interface Servers {
  readonly postgres: PostgresSide;
  readonly redis: RedisSide;
  /** Past every proxy: what the campaign itself looks and reaches through. */
  readonly database: Database;
  stop(): Promise<void>;
}

/** @throws ConfigError if this machine lacks a server of one of the setups. */
export function requireServers(setups: readonly Setup[]): void {
  if (setups.some(({ postgres }) => postgres === 'pooled')) requirePgBouncer();
  if (setups.some(({ redis }) => redis !== 'single')) requireNativeRedis();
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
