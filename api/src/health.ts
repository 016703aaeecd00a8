import type { Database } from '@wallet/shared/database/pool';
import { EPOCH_REASONS, type Epoch, readEpoch } from '@wallet/shared/database/tables/epochs';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import { readDatabaseState } from '@wallet/shared/database/writable';
import { withDeadline } from '@wallet/shared/queue/connection';
import type { QueueState } from '@wallet/shared/queue/queue-state';
import { type Endpoint, endpoint } from './http/endpoint.ts';
import { time } from './http/fields.ts';
import { z } from 'zod';

const HEALTH_REASONS = [
  ...(['database_down', 'database_read_only', 'queue_down', 'operations_late'] as const),
  ...(['queue_read_only', 'queue_full', 'queue_slotless', 'queue_forbidden'] as const),
] as const;
type HealthReason = (typeof HEALTH_REASONS)[number];

const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'down']),
    database: z.enum(['up', 'read_only', 'down']),
    queue: z.enum(['up', 'down']),
    reasons: z.array(z.enum(HEALTH_REASONS)).meta({
      description:
        'Why it is not `ok`. `operations_late`: operations or lines of a batch have waited for 10 s without any progress. ' +
        'With `queue_down`, where Redis says why: `queue_read_only`, it is a replica or was demoted; `queue_full`, its memory is ' +
        'full; `queue_slotless`, it does not have the slot of the queue in its Cluster; `queue_forbidden`, the user may not do ' +
        'what is needed, or the server is a Sentinel.',
    }),
    epoch: z
      .strictObject({
        id: z.string(),
        began_at: time,
        reason: z.enum(EPOCH_REASONS),
        complete_until: time.nullable().meta({
          description:
            'What was acknowledged up to this moment is here. What was acknowledged later, and before `began_at`, can be missing: ' +
            'send it again, under the same keys. Null if that is not known, and for the first epoch.',
        }),
      })
      .nullable()
      .meta({
        description:
          'Another `id` than before means that a standby was promoted or a backup restored. Null while the database is down or does ' +
          'not answer within a second, and on a standby of a database that has no epoch.',
      }),
  })
  .meta({ id: 'Health' });

const probeSchema = z.strictObject({ status: z.enum(['ok', 'down']) }).meta({ id: 'Probe' });

/** Where something has waited this long without getting any further, no worker runs, or none gets on. */
const LATE_MS = 10_000;
const EPOCH_MS = 1_000;

export interface HealthNeeds {
  readonly database: Database;
  /** Whether Redis takes jobs, or why not. */
  readonly queueState: () => Promise<QueueState>;
  /** What waited when that was last looked at, by partition. */
  readonly backlog: () => readonly Backlog[];
  readonly isStopping: () => boolean;
}

export function createHealthEndpoints(needs: HealthNeeds): Endpoint[] {
  return [getHealth(needs), getLiveness(), getReadiness(needs)];
}

const nothing = {
  scope: null,
  params: null,
  query: null,
  body: null,
  problems: [],
  tag: 'Service',
  method: 'get',
  isProbe: true,
} as const;

const getHealth = ({ database, queueState, backlog }: HealthNeeds) =>
  endpoint({
    ...nothing,
    paths: ['/health'],
    summary:
      '`degraded` while Redis does not take jobs (operations are accepted and applied without it) or what was accepted is ' +
      'late; `down` without a database that takes writes. `reasons` says which',
    answers: { 200: healthSchema, 503: healthSchema },
    handle: async () => {
      const [state, queue] = await Promise.all([readDatabaseState(database), queueState()]);
      const reasons: HealthReason[] = [
        ...(state === 'up' ? [] : [`database_${state}` as const]),
        ...(queue === 'up' ? [] : ['queue_down' as const]),
        ...(queue === 'up' || queue === 'down' ? [] : [`queue_${queue}` as const]),
        ...(backlog().some(isLate) ? ['operations_late' as const] : []),
      ];
      const epoch = state === 'down' ? null : await readEpochSoon(database);
      const status = state !== 'up' ? 'down' : reasons.length > 0 ? 'degraded' : 'ok';
      return {
        status: status === 'down' ? 503 : 200,
        body: {
          status,
          database: state,
          queue: queue === 'up' ? 'up' : 'down',
          reasons,
          epoch: presentEpoch(epoch),
        },
      };
    },
  });

/** Null if the database does not answer in time. */
async function readEpochSoon(database: Database): Promise<Epoch | null> {
  return withDeadline(readEpoch(database), EPOCH_MS).catch(() => null);
}

function presentEpoch(epoch: Epoch | null) {
  if (epoch === null) return null;
  const { id, beganAt, reason, completeUntil } = epoch;
  return { id, began_at: beganAt.toISOString(), reason, complete_until: completeUntil?.toISOString() ?? null };
}

function isLate({ ageMs, bulkAgeMs }: Backlog): boolean {
  return Math.max(ageMs, bulkAgeMs) > LATE_MS;
}

const getLiveness = () =>
  endpoint({
    ...nothing,
    paths: ['/livez'],
    summary: 'The process runs',
    answers: { 200: probeSchema },
    handle: () => ({ status: 200, body: { status: 'ok' } }),
  });

const getReadiness = ({ database, isStopping }: HealthNeeds) =>
  endpoint({
    ...nothing,
    paths: ['/readyz'],
    summary: 'The process takes requests: not once it was asked to stop, and not without a database that takes writes',
    answers: { 200: probeSchema, 503: probeSchema },
    handle: async () => {
      const isReady = !isStopping() && (await readDatabaseState(database)) === 'up';
      return isReady ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'down' } };
    },
  });
