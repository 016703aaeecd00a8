import type { RequestListener, Server } from 'node:http';
import { parse } from 'node:querystring';
import { setTimeout as delay } from 'node:timers/promises';
import { loadAssets } from '@wallet/shared/assets';
import { ConfigError } from '@wallet/shared/config';
import type { Database } from '@wallet/shared/database/pool';
import { logErrors } from '@wallet/shared/log-errors';
import type { Logger } from '@wallet/shared/logger';
import type { Registry } from '@wallet/shared/metrics';
import { hearAnnouncements } from '@wallet/shared/queue/announcements';
import { createDeliveryDoorbell } from '@wallet/shared/queue/delivery-doorbell';
import { createDoorbell } from '@wallet/shared/queue/doorbell';
import { createSealer } from '@wallet/shared/seal';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { createAcceptOperation } from './accept-operation.ts';
import { createOperationWaiter } from './await-operation.ts';
import type { ApiConfig } from './config.ts';
import { createEndpoints } from './endpoints.ts';
import { createFindOperation } from './find-operation.ts';
import { createFindWallet } from './find-wallet.ts';
import { createApiMetrics } from './metrics.ts';
import { startAdmission } from './admission/start-admission.ts';
import { enter, refuseUnsound } from './http/enter.ts';
import { endWith } from './http/end-connections.ts';
import { refuseOverload } from './http/refuse-overload.ts';
import { measureRequests, tellMetrics } from './http/measure-requests.ts';
import { createAppServer } from './http/create-server.ts';
import { answerErrors, routeNotFound } from './http/answer-errors.ts';
import { answerBrokenRequests } from './http/answer-broken-requests.ts';
import type { Endpoint } from './http/endpoint.ts';
import { requireKey } from './http/require-key.ts';
import { requestLog } from './http/request-log.ts';
import { openAccess } from './open-access.ts';
import { createRing } from './ring-partitions.ts';
import { createDocumentation } from './routes/documentation.ts';
import { createRouter } from './routes/router.ts';

export interface RunningApi {
  readonly port: number;
  /** Refuses connections, answers what is in flight, and closes what it opened. */
  stop(): Promise<void>;
}

/**
 * Slow clients lose their connection: headers within 10 s, the whole request within an hour, looked after every second.
 * The hour is for batches; whoever reads a smaller body gives it less time.
 */
const SERVER_LIMITS = { headersTimeout: 10_000, requestTimeout: 3_600_000, connectionsCheckingInterval: 1_000 };
const KEEP_ALIVE_MS = 65_000;
/** Connections that wait to be taken. With fewer, clients who come all at once would try again after seconds (Linux caps it). */
const BACKLOG = 4_096;
/** How long a stopping process goes on taking requests while it says that it is not ready, so that others notice. */
const NOTICE_MS = 500;
/** How long a stop waits for clients who are still sending. */
const SLOW_CLIENT_MS = 4_000;
const IDLE_LOOK_MS = 50;

/** Starts an API server on `config.host` and `config.port` (0: any free one). */
export async function startApi(
  config: ApiConfig,
  dependencies: { database: Database; storing: Database; partitions: number; registry: Registry; log: Logger },
): Promise<RunningApi> {
  const { database, storing, partitions, registry, log } = dependencies;
  let stopping = false;
  const redis = {
    url: config.redisUrl,
    prefix: config.queuePrefix,
    onError: logErrors(log, 'queue connection failed'),
  };
  const assets = await loadAssets(database);
  const access = await openAccess(config, log);
  const doorbell = createDoorbell(redis);
  const metrics = createApiMetrics(registry);
  const bell = createRing(doorbell, log, metrics.ringFailed);
  const { ring } = bell;
  const deliveryDoorbell = createDeliveryDoorbell(redis);
  const waiter = createOperationWaiter(database, log);
  const stopHearing = hearAnnouncements({ ...redis, hear: (drained) => waiter.hear(drained) });
  const { admission, ...load } = startAdmission(config.admission, {
    ...{ database, storing, partitions, log },
    onRefused: metrics.refused,
  });
  metrics.watch(load.watch, admission.waiting, { reading: database, storing });
  const isStopping = (): boolean => stopping;
  const findWallet = createFindWallet(database, storing);
  const endpoints = createEndpoints({
    operations: {
      ...{ database, storing, partitions, assets },
      wait: waiter.wait,
      findWallet: findWallet.one,
      accept: createAcceptOperation({
        ...{ database: storing, ring, admission, log },
        onAccepted({ type, priority }, seconds) {
          load.watch.accepted(priority);
          metrics.accepted('single', [[type, 1]], seconds);
        },
      }),
      findOperation: createFindOperation(database),
    },
    batches: {
      ...{ database, storing, partitions, assets, isStopping, log },
      findWallets: findWallet.many,
      refuseUpload: () => admission.refuse('batch', 'uploads'),
      ring: (accepted) => {
        ring(accepted, 'bulk');
      },
      spoolFolder: config.spoolFolder,
      onAccepted: (types, seconds) => {
        metrics.accepted('batch', types, seconds);
      },
    },
    wallets: { database, assets, findFacts: findWallet.one },
    clients: { database, assets },
    webhooks: {
      database,
      sealer: config.webhookKey === undefined ? null : createSealer(config.webhookKey),
      allowPrivate: config.webhookAllowPrivate,
      ringDeliveries: (endpointIds) => {
        // A worker finds what it was not rung for within a second.
        deliveryDoorbell.ring(endpointIds).catch((error: unknown) => {
          log.debug({ err: error }, 'ring for deliveries failed');
        });
      },
    },
    events: { database },
    health: { database, takesJobs: () => doorbell.takesRings(), backlog: () => load.watch.backlog, isStopping },
  });
  const app = createApp({
    ...{ endpoints, log, isStopping },
    guard: requireKey({ judge: access.keys.judge, limitRate: access.limitRate }),
    onAnswered: metrics.answered,
    registry: config.metrics ? registry : null,
  });
  const listener = refuseOverload(endpoints, admission, metrics.answered, app);
  const server = createApiServer(app, listener, config.maxConnections);
  const port = await listen(server, config);
  return {
    port,
    async stop() {
      if (stopping) return;
      stopping = true;
      waiter.stop();
      await delay(NOTICE_MS);
      await closeServer(server);
      await load.stop();
      stopHearing();
      await bell.stop();
      doorbell.close();
      deliveryDoorbell.close();
      await access.stop();
    },
  };
}

/** A server whose sound requests go to `next`, and the others to `app`, which refuses them. */
function createApiServer(app: Express, next: RequestListener, maxConnections: number): Server {
  const listener = enter(next, app);
  // A missing host is refused by `enter`, in the form of every other problem.
  const server = createAppServer({ ...SERVER_LIMITS, requireHostHeader: false }, app, listener);
  // The body readers send 100-continue, and `enter` refuses every other expectation.
  server.on('checkContinue', listener).on('checkExpectation', listener);
  // No limit, because Node drops the headers above it silently. `enter` refuses what is too much.
  server.maxHeadersCount = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = maxConnections;
  answerBrokenRequests(server);
  return server;
}

/** @returns the port. @throws ConfigError if it cannot be had. */
async function listen(server: Server, { host, port }: ApiConfig): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ConfigError(`The API cannot listen on ${host} port ${port}: ${error.message}. Set PORT or HOST.`));
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Lets connections end as their requests are answered, and cuts those of clients who take too long. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
  const slow = setTimeout(() => server.closeAllConnections(), SLOW_CLIENT_MS);
  server.closeIdleConnections();
  await closed;
  clearInterval(idle);
  clearTimeout(slow);
}

/** What browsers are told. Answers are data: nothing in them is run or framed. The pages have a policy of their own. */
const SECURITY_HEADERS = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  frameguard: { action: 'deny' },
  // These mean something to Internet Explorer, Flash and prefetching pages only, and every answer would carry them.
  ...{
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  },
  ...{ originAgentCluster: false, xPoweredBy: false },
});

/** The routes at `/api/v1` and again at the root. Whatever is mounted behind the routers is behind their guard. */
export function createApp(parts: {
  readonly endpoints: readonly Endpoint[];
  /** Passes who may ask for what is not open to everybody. */
  readonly guard: RequestHandler;
  readonly onAnswered: (method: string, route: string, status: number, seconds: number) => void;
  readonly isStopping: () => boolean;
  /** What `/metrics` shows; null if it is not served. */
  readonly registry: Registry | null;
  readonly log: Logger;
}): Express {
  const { endpoints, guard, onAnswered, isStopping, registry, log } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Like Express' `simple`, which silently drops the parameters after the first thousand.
  app.set('query parser', (query: string) => parse(query, '&', '=', { maxKeys: 0 }));
  app.use(requestLog(log));
  app.use(measureRequests(onAnswered));
  app.use(SECURITY_HEADERS);
  app.use((_request, response, next) => {
    if (isStopping()) endWith(response);
    next();
  });
  app.use(refuseUnsound);
  if (registry !== null) app.get('/metrics', tellMetrics(registry));
  const documentation = createDocumentation(endpoints);
  app.use('/api/v1', documentation);
  app.use(documentation);
  const router = createRouter(endpoints, guard);
  app.use('/api/v1', router);
  app.use(router);
  app.use(routeNotFound);
  app.use(answerErrors(log));
  return app;
}
