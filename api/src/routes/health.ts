import type { Api } from '../context.ts';
import { endpoint } from '../http/endpoint.ts';
import { healthSchema, probeSchema } from '../http/resources.ts';

const CHECK_MS = 2_000;

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
    '`degraded` while Redis is away: operations are accepted and applied without it. `down` without the database',
  answers: { 200: healthSchema, 503: healthSchema },
  handle: async (api, { response }) => {
    response.locals.isProbe = true;
    const [database, queue] = await Promise.all([databaseAnswers(api), api.doorbell.answers()]);
    const status = !database ? 'down' : queue ? 'ok' : 'degraded';
    response
      .status(database ? 200 : 503)
      .json({ status, database: database ? 'up' : 'down', queue: queue ? 'up' : 'down' });
  },
});

const getLiveness = endpoint({
  ...nothing,
  paths: ['/livez'],
  summary: 'The process runs',
  answers: { 200: probeSchema },
  handle: (_api, { response }) => {
    response.locals.isProbe = true;
    response.json({ status: 'ok' });
  },
});

const getReadiness = endpoint({
  ...nothing,
  paths: ['/readyz'],
  summary: 'The process takes requests: not any more once it was asked to stop, and not without the database',
  answers: { 200: probeSchema, 503: probeSchema },
  handle: async (api, { response }) => {
    response.locals.isProbe = true;
    const ready = !api.isStopping() && (await databaseAnswers(api));
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'down' });
  },
});

async function databaseAnswers(api: Api): Promise<boolean> {
  const answer = api.database.query('SELECT 1').then(
    () => true,
    () => false,
  );
  const deadline = new Promise<boolean>((resolve) => setTimeout(resolve, CHECK_MS, false).unref());
  return Promise.race([answer, deadline]);
}

export const healthEndpoints = [getHealth, getLiveness, getReadiness];
