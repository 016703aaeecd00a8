import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import { readDatabaseState } from '@wallet/shared/database/writable';
import type { Response } from 'express';
import { endpoint } from '../http/endpoint.ts';
import { type HealthReason, healthSchema, probeSchema } from '../http/resources.ts';

/** Where something has waited this long without getting any further, no worker runs, or none gets on. */
const LATE_MS = 10_000;

const nothing = {
  scope: null,
  params: null,
  query: null,
  body: null,
  problems: [],
  tag: 'Service',
  method: 'get',
} as const;

const getHealth = endpoint({
  ...nothing,
  paths: ['/health'],
  summary:
    '`degraded` while Redis does not take jobs (operations are accepted and applied without it) or what was accepted is ' +
    'late; `down` without a database that takes writes. `reasons` says which',
  answers: { 200: healthSchema, 503: healthSchema },
  handle: async (api, { response }) => {
    response.locals.isProbe = true;
    const [database, queueUp] = await Promise.all([readDatabaseState(api.database), api.doorbell.takesRings()]);
    const reasons: HealthReason[] = [
      ...(database === 'up' ? [] : [`database_${database}` as const]),
      ...(queueUp ? [] : ['queue_down' as const]),
      ...(api.backlog().some(isLate) ? ['operations_late' as const] : []),
    ];
    const status = database !== 'up' ? 'down' : reasons.length > 0 ? 'degraded' : 'ok';
    response.status(status === 'down' ? 503 : 200).json({ status, database, queue: queueUp ? 'up' : 'down', reasons });
  },
});

function isLate({ ageMs, bulkAgeMs }: Backlog): boolean {
  return Math.max(ageMs, bulkAgeMs) > LATE_MS;
}

const getLiveness = endpoint({
  ...nothing,
  paths: ['/livez'],
  summary: 'The process runs',
  answers: { 200: probeSchema },
  handle: (_api, { response }) => {
    answerProbe(response, true);
  },
});

const getReadiness = endpoint({
  ...nothing,
  paths: ['/readyz'],
  summary: 'The process takes requests: not once it was asked to stop, and not without a database that takes writes',
  answers: { 200: probeSchema, 503: probeSchema },
  handle: async (api, { response }) => {
    answerProbe(response, !api.isStopping() && (await readDatabaseState(api.database)) === 'up');
  },
});

function answerProbe(response: Response, isWell: boolean): void {
  response.locals.isProbe = true;
  response.status(isWell ? 200 : 503).json({ status: isWell ? 'ok' : 'down' });
}

export const healthEndpoints = [getHealth, getLiveness, getReadiness];
