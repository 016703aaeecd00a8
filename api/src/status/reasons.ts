import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import type { DatabaseState } from '@wallet/shared/database/writable';
import type { QueueState } from '@wallet/shared/queue/queue-state';

/** Why the service is not healthy, with explanations. */
export const REASONS = {
  database_down: 'The database does not answer.',
  database_read_only: 'The database accepts no writes.',
  queue_down: 'Redis takes no jobs. Operations are accepted and applied without it, some later than usual.',
  no_worker: 'Operations wait, and no worker was seen for 10 s. Start one: `npm run start:worker`.',
  operations_late: 'Operations or lines of a batch have waited for 10 s without any progress.',
  queue_read_only: 'Redis is a replica, or was demoted.',
  queue_full: "Redis' memory is full.",
  queue_slotless: 'This node of the Redis Cluster does not have the slot of the queue.',
  queue_forbidden: 'The user may not do on Redis what is needed, or the server is a Sentinel.',
} as const;
export type Reason = keyof typeof REASONS;
export const REASON_CODES = Object.keys(REASONS) as [Reason, ...Reason[]];

/** Something that has waited this long counts as late. */
const LATE_MS = 10_000;

/** The problems, the worst first. */
export function judge(state: {
  readonly database: DatabaseState;
  readonly queue: QueueState;
  readonly backlog: readonly Backlog[];
  readonly workersAreAway: boolean;
}): Reason[] {
  const { database, queue, backlog, workersAreAway } = state;
  const isLate = backlog.some(({ ageMs, bulkAgeMs }) => Math.max(ageMs, bulkAgeMs) > LATE_MS);
  const hasWaited = isLate || backlog.some(({ oldestMs }) => oldestMs > LATE_MS);
  return [
    ...(database === 'up' ? [] : [`database_${database}` as const]),
    ...(queue === 'up' ? [] : ['queue_down' as const]),
    ...(queue === 'up' || queue === 'down' ? [] : [`queue_${queue}` as const]),
    ...(hasWaited && workersAreAway ? ['no_worker' as const] : []),
    ...(isLate ? ['operations_late' as const] : []),
  ];
}
