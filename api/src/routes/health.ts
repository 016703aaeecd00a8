import type { RequestHandler } from 'express';
import type { Api } from '../context.ts';

const CHECK_MS = 2_000;

/**
 * `GET /health`: `ok`; `degraded` (still 200) while Redis is away, since operations are accepted and applied without it;
 * `down` (503) while the database is.
 */
export function getHealth(api: Api): RequestHandler {
  return async (_request, response) => {
    const [database, queue] = await Promise.all([databaseAnswers(api), api.doorbell.answers()]);
    const status = !database ? 'down' : queue ? 'ok' : 'degraded';
    response
      .status(database ? 200 : 503)
      .json({ status, database: database ? 'up' : 'down', queue: queue ? 'up' : 'down' });
  };
}

/** `GET /livez`: the process runs. */
export const getLiveness: RequestHandler = (_request, response) => {
  response.json({ status: 'ok' });
};

/** `GET /readyz`: the process takes requests; 503 as soon as it was asked to stop, and while the database is away. */
export function getReadiness(api: Api): RequestHandler {
  return async (_request, response) => {
    const ready = !api.isStopping() && (await databaseAnswers(api));
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'down' });
  };
}

async function databaseAnswers(api: Api): Promise<boolean> {
  const answer = api.database.query('SELECT 1').then(
    () => true,
    () => false,
  );
  const deadline = new Promise<boolean>((resolve) => setTimeout(resolve, CHECK_MS, false).unref());
  return Promise.race([answer, deadline]);
}
