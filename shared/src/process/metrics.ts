import cluster from 'node:cluster';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Database } from '../database/pool.ts';
import type { Lane } from '../queue/doorbell.ts';
import { RegistryOfAll } from './tell-metrics-of-all.ts';

/**
 * The metrics of a process, in the text format of Prometheus. Each process creates one registry and passes it in; the
 * metrics are defined in the `metrics.ts` of each process. No label ever contains an id, a key or a raw request path.
 */

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * A registry with the process's own metrics: processor time, memory, open files, garbage collection. If several
 * processes share the work, its text covers all of them.
 */
export function createRegistry(): Registry {
  const registry = cluster.isWorker ? new RegistryOfAll() : new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds, from the duration of one statement to what is too long for any caller. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How many operations are processed together. */
export const SIZE_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Reports the state of connection pools, by name, when metrics are collected. */
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

/** Counts the rings that Redis did not accept. */
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
