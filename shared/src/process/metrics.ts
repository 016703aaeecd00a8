import cluster from 'node:cluster';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Database } from '../database/pool.ts';
import type { Lane } from '../queue/doorbell.ts';
import { RegistryOfAll } from './tell-metrics-of-all.ts';

/**
 * What a process measures of itself, in the text format of Prometheus. Each process makes one registry and passes it in; what is
 * measured is defined in `metrics.ts` of the processes. No label ever holds an id, a key or a path as it was asked for.
 */

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * A registry that includes the process: processor time, memory, open files, garbage collection. Where several processes share
 * the work, its text is that of all of them.
 */
export function createRegistry(): Registry {
  const registry = cluster.isWorker ? new RegistryOfAll() : new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds, from what one statement takes to what nobody waits for. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How many operations are taken together. */
export const SIZE_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Tells of connection pools, by name, as they stand when they are asked about. */
export function watchPools(registry: Registry, pools: Readonly<Record<string, Database>>): void {
  const gauge = (name: string, help: string, read: (pool: Database) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers: [registry],
      collect() {
        for (const [pool, database] of Object.entries(pools)) this.set({ pool }, read(database));
      },
    });
  };
  gauge('wallet_database_connections', 'Open connections to the database', (pool) => pool.totalCount);
  gauge('wallet_database_connections_idle', 'Open connections that are idle', (pool) => pool.idleCount);
  gauge('wallet_database_waiting', 'Requests that wait for a connection', (pool) => pool.waitingCount);
}

/** Counts the rings that Redis did not take. */
export function countRingFailures(registry: Registry): (lane: Lane) => void {
  const failures = new Counter({
    name: 'wallet_ring_failures_total',
    help: 'Rings that Redis did not accept; a sweeper finds their operations',
    labelNames: ['lane'],
    registers: [registry],
  });
  for (const lane of ['high', 'bulk'] as const) failures.inc({ lane }, 0);
  return (lane) => {
    failures.inc({ lane });
  };
}
