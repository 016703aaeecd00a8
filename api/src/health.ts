import type { Database } from '@wallet/shared/database/pool';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import { readDatabaseState } from '@wallet/shared/database/writable';
import type { QueueState } from '@wallet/shared/queue/queue-state';
import { z } from 'zod';
import { type Endpoint, endpoint } from './http/endpoint.ts';
import { epochSchema, presentEpoch, readEpochSoon } from './status/present-epoch.ts';
import { REASON_CODES, judge } from './status/reasons.ts';

const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'down']),
    database: z.enum(['up', 'read_only', 'down']),
    queue: z.enum(['up', 'down']),
    reasons: z.array(z.enum(REASON_CODES)).meta({
      description:
        'Why it is not `ok`. `no_worker`: operations or lines of a batch have waited for 10 s, and no worker was seen for as long. ' +
        '`operations_late`: they have waited for 10 s without any progress. ' +
        'With `queue_down`, where Redis says why: `queue_read_only`, it is a replica or was demoted; `queue_full`, its memory is ' +
        'full; `queue_slotless`, it does not have the slot of the queue in its Cluster; `queue_forbidden`, the user may not do ' +
        'what is needed, or the server is a Sentinel.',
    }),
    epoch: epochSchema.meta({
      description:
        'A changed `id` means that a standby was promoted or a backup restored. Null while the database is down or ' +
        'does not answer within a second, and on a standby of a database that has no epoch.',
    }),
  })
  .meta({ id: 'Health' });

const probeSchema = z.strictObject({ status: z.enum(['ok', 'down']) }).meta({ id: 'Probe' });

export interface HealthNeeds {
  readonly database: Database;
  /** Whether Redis takes jobs, or why not. */
  readonly queueState: () => Promise<QueueState>;
  /** The backlog at the last look, by partition. */
  readonly backlog: () => readonly Backlog[];
  /** Whether no worker was seen for a while. */
  readonly workersAreAway: () => boolean;
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

const getHealth = ({ database, queueState, backlog, workersAreAway }: HealthNeeds) =>
  endpoint({
    ...nothing,
    name: 'getHealth',
    paths: ['/health'],
    summary: 'Check the health of the service',
    description:
      '`degraded` while Redis takes no jobs (operations are accepted and applied without it) or accepted operations ' +
      'are late; `down` without a database that accepts writes. `reasons` says which.',
    answers: { 200: healthSchema, 503: healthSchema },
    handle: async () => {
      const [state, queue] = await Promise.all([readDatabaseState(database), queueState()]);
      const reasons = judge({ database: state, queue, backlog: backlog(), workersAreAway: workersAreAway() });
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

const getLiveness = () =>
  endpoint({
    ...nothing,
    name: 'getLiveness',
    paths: ['/livez'],
    summary: 'Check that the process runs',
    description: 'It contacts neither the database nor Redis.',
    answers: { 200: probeSchema },
    handle: () => ({ status: 200, body: { status: 'ok' } }),
  });

const getReadiness = ({ database, isStopping }: HealthNeeds) =>
  endpoint({
    ...nothing,
    name: 'getReadiness',
    paths: ['/readyz'],
    summary: 'Check that the process accepts requests',
    description: 'It does not while it is stopping, nor without a database that accepts writes.',
    answers: { 200: probeSchema, 503: probeSchema },
    handle: async () => {
      const isReady = !isStopping() && (await readDatabaseState(database)) === 'up';
      return isReady ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'down' } };
    },
  });
