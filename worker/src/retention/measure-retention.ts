import type { Database } from '@wallet/shared/database/pool';
import { type Piece, RETENTION_KINDS, readOldestKept } from '@wallet/shared/database/tables/retention';
import { Counter, Gauge, type Registry } from '@wallet/shared/process/metrics';
import type { RetentionDays } from './delete-piece.ts';

/** For how long the ages are reused. */
const READ_MS = 5_000;
const DAY_S = 86_400;

/** Counts deleted rows, and reports the age of the oldest kept ones from the database, and how old they may be. */
export function measureRetention(
  registry: Registry,
  database: Database,
  days: RetentionDays,
): { deleted(counts: Piece['deleted']): void } {
  const deleted = new Counter({
    name: 'wallet_retention_deleted_total',
    help: 'Rows deleted because they were older than the RETENTION_ settings',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of RETENTION_KINDS) deleted.inc({ kind }, 0);
  const kept = new Gauge({
    name: 'wallet_retention_kept_seconds',
    help: 'How long each kind is kept by the RETENTION_ settings; a kind without a setting is kept indefinitely',
    aggregator: 'max',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of RETENTION_KINDS) if (days[kind] !== undefined) kept.set({ kind }, days[kind] * DAY_S);
  let readAt = -Infinity;
  new Gauge({
    name: 'wallet_retention_oldest_seconds',
    help: 'Age of the oldest kept row of each kind; 0 if there is none',
    aggregator: 'max',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      if (performance.now() - readAt < READ_MS) return;
      readAt = performance.now();
      const ages = await readOldestKept(database).catch(() => null);
      if (ages === null) return;
      for (const kind of RETENTION_KINDS) this.set({ kind }, Math.max(0, ages[kind] ?? 0));
    },
  });
  return {
    deleted(counts) {
      for (const kind of RETENTION_KINDS) deleted.inc({ kind }, counts[kind] ?? 0);
    },
  };
}
