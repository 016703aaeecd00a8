import type { Database } from '@wallet/shared/database/pool';
import { PROGRAM_VERSION } from '@wallet/shared/database/program';
import { readLastAudit } from '@wallet/shared/database/audit/checkpoints';
import { countOpenBatches } from '@wallet/shared/database/tables/batches';
import { type MinuteSample, readLastHour } from '@wallet/shared/database/tables/minute-samples';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import { readWebhookStatus } from '@wallet/shared/database/tables/webhook-backlog';
import type { SeenWorker } from '@wallet/shared/database/tables/workers';
import { shareRun } from '@wallet/shared/process/gather';
import type { QueueState } from '@wallet/shared/queue/queue-state';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { presentEpoch, readEpochSoon } from './present-epoch.ts';
import { REASONS, judge } from './reasons.ts';
import type { PendingMemory } from './remember-pending.ts';
import { type PresentedStatus, statusSchema } from './status-schema.ts';
import type { WorkersWatch } from './watch-workers.ts';

export interface StatusNeeds {
  readonly database: Database;
  readonly queueState: () => Promise<QueueState>;
  readonly backlog: () => readonly Backlog[];
  readonly workers: Pick<WorkersWatch, 'listed' | 'present' | 'areAway'>;
  readonly memory: Pick<PendingMemory, 'growth'>;
}

/** For how long a status is reused. */
const TOLD_MS = 1_000;
const LISTED_PARTITIONS = 100;
const COUNTED_DELIVERIES = 10_000;

export function createStatusEndpoint(needs: StatusNeeds): Endpoint {
  let told: { readonly status: PresentedStatus; readonly until: number } | null = null;
  const read = shareRun(async () => {
    const status = await readStatus(needs);
    told = { status, until: performance.now() + TOLD_MS };
    return status;
  });
  return endpoint({
    method: 'get',
    name: 'getStatus',
    paths: ['/status'],
    tag: 'Service',
    summary: 'Read the state of the service',
    description: 'Rates, backlog, workers, batches, webhooks, and the last hour minute by minute.',
    scope: 'operations:read',
    params: null,
    query: null,
    body: null,
    answers: { 200: statusSchema },
    problems: [],
    handle: async () => ({
      status: 200,
      body: told !== null && performance.now() < told.until ? told.status : await read(),
    }),
  });
}

async function readStatus(needs: StatusNeeds): Promise<PresentedStatus> {
  const { database, queueState, workers, memory } = needs;
  const [queue, epoch, batches, webhooks, audit, hour] = await Promise.all([
    queueState(),
    readEpochSoon(database),
    countOpenBatches(database),
    readWebhookStatus(database, COUNTED_DELIVERIES),
    readLastAudit(database),
    readLastHour(database),
  ]);
  const backlog = needs.backlog();
  // It has just answered.
  const reasons = judge({ database: 'up', queue, backlog, workersAreAway: workers.areAway() });
  return {
    status: reasons.length === 0 ? 'ok' : 'degraded',
    reasons: reasons.map((code) => ({ code, message: REASONS[code] })),
    version: PROGRAM_VERSION,
    epoch: presentEpoch(epoch),
    at: new Date().toISOString(),
    rates: ratesOf(workers.present(), memory.growth()),
    ...presentBacklog(backlog),
    workers: workers.listed().map(presentWorker),
    batches,
    webhooks: {
      ...{ endpoints: webhooks.endpoints, paused: webhooks.paused, pending_deliveries: webhooks.pending },
      oldest_age_seconds: webhooks.oldestAgeSeconds,
    },
    last_audit: audit === null ? null : { finished_at: audit.finishedAt.toISOString(), violations: audit.violations },
    last_hour: hour.map(presentSample),
  };
}

/** The number accepted is the number that ended plus the growth of the backlog. */
function ratesOf(present: readonly SeenWorker[], growth: number): PresentedStatus['rates'] {
  const perSecond = (of: (each: SeenWorker) => number): number => present.reduce((sum, each) => sum + of(each), 0) / 60;
  const applied = perSecond(({ lastMinute }) => lastMinute.succeeded);
  const failed = perSecond(({ lastMinute }) => lastMinute.failed);
  return {
    accepted_per_second: round(Math.max(0, applied + failed + growth)),
    applied_per_second: round(applied),
    failed_per_second: round(failed),
  };
}

function presentBacklog(backlog: readonly Backlog[]): Pick<PresentedStatus, 'pending' | 'partitions'> {
  const waiting = backlog.filter(({ high, low, lines }) => high + low + lines > 0);
  const oldestFirst = waiting.toSorted((one, other) => other.oldestMs - one.oldestMs);
  return {
    pending: {
      operations: waiting.reduce((sum, { high, low }) => sum + high + low, 0),
      batch_lines: waiting.reduce((sum, { lines }) => sum + lines, 0),
      oldest_age_seconds: round((oldestFirst[0]?.oldestMs ?? 0) / 1_000),
    },
    partitions: oldestFirst.slice(0, LISTED_PARTITIONS).map(({ partition, high, low, lines, oldestMs }) => ({
      ...{ partition, pending: high + low + lines },
      oldest_age_seconds: round(oldestMs / 1_000),
    })),
  };
}

function presentWorker({
  name,
  version,
  startedAt,
  seenAt,
  lastMinute,
}: SeenWorker): PresentedStatus['workers'][number] {
  return {
    ...{ name, version, started_at: startedAt.toISOString(), seen_at: seenAt.toISOString() },
    applied_last_minute: lastMinute.succeeded + lastMinute.failed,
  };
}

function presentSample(sample: MinuteSample): PresentedStatus['last_hour'][number] {
  const { at, accepted, succeeded, failed, pending, oldestAgeSeconds } = sample;
  return {
    ...{ at: at.toISOString(), accepted, succeeded, failed, pending },
    oldest_age_seconds: round(oldestAgeSeconds),
  };
}

function round(number: number): number {
  return Math.round(number * 1_000) / 1_000;
}
