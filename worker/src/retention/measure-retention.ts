import type { Database } from '@wallet/shared/database/pool';
import { type Piece, RETENTION_KINDS, readOldestKept } from '@wallet/shared/database/tables/retention';
import { Counter, Gauge, type Registry } from '@wallet/shared/process/metrics';

/** For how long the ages are told again. */
const READ_MS = 5_000;

/** Counts what is deleted, and tells how old the oldest is that is kept, as the database has it. */
export function measureRetention(registry: Registry, database: Database): { deleted(counts: Piece['deleted']): void } {
  const deleted = new Counter({
    name: 'wallet_retention_deleted_total',
    help: 'Rows that were deleted because they were older than the RETENTION_ settings',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of RETENTION_KINDS) deleted.inc({ kind }, 0);
  let readAt = -Infinity;
  new Gauge({
    name: 'wallet_retention_oldest_seconds',
    help: 'The age of the oldest of each kind that is kept; 0 if there is none',
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
